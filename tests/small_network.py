"""A network and settings small enough for tests to train."""

import torch

from mir.model.network import NetworkSpec
from mir.training.device import Device
from mir.training.spec import AUGMENTATIONS, Machine, TrainingSpec

SHAPE = NetworkSpec(widths=(16, 16, 16, 16, 32), dimension=24)
SPEC = TrainingSpec(epochs=2, batch_size=8, augmentation=AUGMENTATIONS["light"])
ONE_THREAD = Machine(device="cpu", threads=1, jobs=1)
CPU = Device(torch.device("cpu"), bf16=False)
