// Starts what a page needs, now and after every move to another page.

import { startLibrary } from "./library.js";
import { startMoving } from "./moving.js";
import { startPlayer } from "./player.js";
import { startSearch } from "./search.js";

const starters = { search: startSearch, library: startLibrary };

function enter(main) {
  starters[main.dataset.page]?.(main);
}

startPlayer();
startMoving(enter);
enter(document.querySelector("main"));
