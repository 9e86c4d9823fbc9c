// Records a clip from the microphone: a level while it listens, a countdown, and then it is the
// form's file, as if it had been dropped.

const LONGEST = 10; // seconds
const SHORTEST = 1.2; // seconds; a shorter clip could not be heard
const SILENT = 0.003; // greatest magnitude below which a recording is called silent
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

export function startRecorder(main, field, send) {
  const part = Object.fromEntries(["record", "recording", "level", "left", "refused"].map((name) => [name, main.querySelector(`[data-part=${name}]`)]));
  if (!("MediaRecorder" in window)) return; // the button stays hidden
  part.record.hidden = false;
  let running = null;
  let waiting = false;

  part.record.addEventListener("click", async () => {
    if (running) {
      running.stop();
      return;
    }
    if (waiting) return; // for an answer to whether the microphone may be used
    waiting = true;
    refuse("");
    try {
      running = await record(part, main);
      setLabel("Stop");
      const { file, peak } = await running.done;
      if (!file) return; // the page was left
      if (peak < SILENT) refuse("Nothing was heard: is the right microphone chosen, and is it switched on?");
      else if (running.seconds < SHORTEST) refuse("That was too short to be heard; record at least two seconds.");
      else {
        const one = new DataTransfer();
        one.items.add(file);
        field.files = one.files;
        send();
      }
    } catch (error) {
      refuse(inWords(error));
    } finally {
      running = null;
      waiting = false;
      part.recording.hidden = true;
      setLabel("Record");
    }
  });

  function setLabel(text) {
    part.record.querySelector("[data-part=record-label]").textContent = text;
  }

  function refuse(text) {
    part.refused.textContent = text;
    part.refused.hidden = !text;
  }
}

// A recording under way: `stop()` ends it, `done` is what it became.
async function record(part, main) {
  if (!navigator.mediaDevices) throw new DOMException("insecure", "SecurityError");
  // What makes speech clear takes music away.
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: 128_000 });
  const pieces = [];
  const begun = performance.now();
  const meter = startMeter(stream, (level) => {
    const passed = (performance.now() - begun) / 1000;
    part.level.value = level;
    part.left.textContent = `${Math.max(0, Math.ceil(LONGEST - passed))} s left`;
    if (passed >= LONGEST || !main.isConnected) stop();
  });
  const running = { stop, seconds: 0 };
  running.done = new Promise((resolve) => {
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", () => {
      meter.close();
      running.seconds = (performance.now() - begun) / 1000;
      for (const track of stream.getTracks()) track.stop();
      const ending = kind?.match(/webm|ogg|mp4/)?.[0] ?? "webm";
      const file = main.isConnected ? new File(pieces, `recording.${ending}`, { type: recorder.mimeType }) : null;
      resolve({ file, peak: meter.peak() });
    });
  });
  recorder.start();
  part.recording.hidden = false;
  return running;

  function stop() {
    if (recorder.state !== "inactive") recorder.stop();
  }
}

// Tells the level in [0, 1] with every frame that is drawn, until it is closed.
function startMeter(stream, tell) {
  const sound = new AudioContext();
  const analyser = sound.createAnalyser();
  analyser.fftSize = 2048;
  sound.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let peak = 0;
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const now = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    peak = Math.max(peak, now);
    const decibels = 20 * Math.log10(Math.max(now, 1e-5));
    tell(Math.min(Math.max(1 + decibels / 60, 0), 1));
  }, 50);
  return {
    peak: () => peak,
    close() {
      clearInterval(timer);
      sound.close();
    },
  };
}

function inWords(error) {
  switch (error.name) {
    case "SecurityError": return "Browsers let only https pages and this machine's own use a microphone: open mir by https or as localhost, or drop a file.";
    case "NotAllowedError": return "The microphone was refused: allow it for this page in the browser's settings, or drop a file.";
    case "NotFoundError": return "There is no microphone: plug one in, or drop a file.";
    case "NotReadableError": return "The microphone cannot be used: another program may hold it.";
    default: return `The recording failed (${error.message || error.name}); try again, or drop a file.`;
  }
}
