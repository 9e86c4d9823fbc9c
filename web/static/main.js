// Starts what a page needs, now and after every move to another page.

import { startForms } from "./forms.js";
import { startLibrary } from "./library.js";
import { startMoving } from "./moving.js";
import { startPlayButtons } from "./play_buttons.js";
import { startPlayer } from "./player.js";
import { startPlaylist } from "./playlist.js";
import { startPlays } from "./plays.js";
import { startQueuePanel } from "./queue_panel.js";
import { startRights } from "./rights.js";
import { startSearch } from "./search.js";
import { enterWindowed, startWindowed } from "./windowed.js";

const starters = { search: startSearch, library: startLibrary, playlist: startPlaylist, rights: startRights };

function enter(main) {
  enterWindowed(main);
  starters[main.dataset.page]?.(main);
}

startPlayer();
startPlayButtons();
startQueuePanel();
startPlays();
startWindowed();
startMoving(enter);
startForms();
enter(document.querySelector("main"));
