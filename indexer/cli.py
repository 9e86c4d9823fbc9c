"""The command line: `mir COMMAND`. Commands are imported only when they are called.

Each command opens the engine, makes one library call and prints. What a user can cause and
mend ends as one line on standard error and exit status 1 (2 for wrong usage).
"""

import importlib
import signal
import sys
from typing import Any, NoReturn

import click

from mir.errors import MirError

# name -> (module, attribute, summary); in the order in which someone new meets them.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "up": ("up", "up", "Index a folder and serve it at once; the way to begin."),
    "index": ("index", "index", "Bring the catalogue up to date with folders of music."),
    "exclude": ("exclude", "exclude", "Say by rules what stays out of the library."),
    "watch": ("watch", "watch", "Index folders and follow their changes."),
    "serve": ("serve", "serve", "Serve the web pages and the API."),
    "search": ("search", "search", "Find the tracks that sound like a clip."),
    "identify": ("identify", "identify", "Say which recording a clip is, and where in it."),
    "duplicates": ("duplicates", "duplicates", "List copies, excerpts, versions and shared sound."),
    "rights": ("rights", "rights", "Check files for what they have of the library."),
    "similar": ("search", "similar", "Find the tracks that sound like tracks, artists or albums."),
    "mood": ("mood", "mood", "Find the tracks that feel like a point of mood."),
    "next": ("search", "next_", "Say what to play after one or more tracks."),
    "path": ("search", "path", "Go from one track to another in small steps."),
    "related": ("related", "related", "Name the artists who go with an artist."),
    "recommend": ("recommend", "recommend", "Say what a listener may want to hear next."),
    "plays": ("plays", "plays", "List what a listener heard and liked, or take it back."),
    "playlist": ("playlist_carry", "playlist", "Make, edit, refresh, export, import playlists."),
    "genres": ("browse", "genres", "Count the tracks of each genre."),
    "tracks": ("browse", "tracks", "List the tracks in the catalogue."),
    "failures": ("failures", "failures", "List, retry or ignore files that could not be analysed."),
    "status": ("upkeep", "status", "Show what the catalogue and the index hold."),
    "map": ("map", "map_", "Lay the library out in two dimensions."),
    "rebuild": ("upkeep", "rebuild", "Build the index anew from the catalogue."),
    "model": ("model", "model", "List, change and look at the models that hear."),
    "user": ("user", "user", "Add, list and remove those who may sign in."),
    "key": ("key", "key", "Make, list and revoke keys for programs."),
    "export": ("carry", "export", "Write the whole analysis to one file."),
    "import": ("carry", "import_", "Merge a file that `mir export` wrote."),
    "doctor": ("doctor", "doctor", "Check that everything mir needs is well."),
    "train": ("train", "train", "Train a network from a folder and a label file."),
    "evaluate": ("evaluate", "evaluate", "Measure how well a model hears."),
}


class ShownError(click.ClickException):
    """A MirError on its way to the user."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print one line, `mir: …`, on standard error; red on a terminal."""
        from indexer.printing import complain

        complain(self.message)


class LazyGroup(click.Group):
    """A group that knows its commands by name and summary, and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of this name; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(
            importlib.import_module(f"indexer.commands.{module}"), attribute
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a MirError becomes one line and exit status 1."""
        try:
            return super().invoke(ctx)
        except MirError as error:
            raise ShownError(str(error)) from error
        except KeyboardInterrupt:
            _interrupted()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mir", message="mir %(version)s")
def cli() -> None:
    """Search your own music by how it sounds.

    Begin with `mir up ~/Music`: it indexes the folder and serves it on this machine.
    """


def main() -> None:
    """Run the command line and exit."""
    cli(prog_name="mir")


def _interrupted() -> NoReturn:
    # A second Ctrl-C during the last lines would print a traceback after all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stderr.write("\nmir: interrupted; what was stored stays.\n")
    raise SystemExit(130)
