// Starts what a page needs, now and after every move to another page.

import { startForms } from "./forms.js";
import { startLibrary } from "./library.js";
import { startMap } from "./map.js";
import { startMoving } from "./moving.js";
import { startPlayButtons } from "./play_buttons.js";
import { startPlayer } from "./player.js";
import { startPlaylist } from "./playlist.js";
import { startPlays } from "./plays.js";
import { startQueuePanel } from "./queue_panel.js";
import { startRadio } from "./radio.js";
import { startRadioPage } from "./radio_page.js";
import { startRights } from "./rights.js";
import { startSearch } from "./search.js";
import { startSound } from "./sound.js";
import { enterWindowed, startWindowed } from "./windowed.js";

const starters = {
  search: startSearch,
  library: startLibrary,
  map: startMap,
  playlist: startPlaylist,
  radio: startRadioPage,
  rights: startRights,
  track: startSound,
};

function enter(main) {
  enterWindowed(main);
  starters[main.dataset.page]?.(main);
}

startPlayer();
startPlayButtons();
startQueuePanel();
startPlays();
startRadio();
startWindowed();
startMoving(enter);
startForms();
enter(document.querySelector("main"));
