"""Writes the reference of the command line: `python -m indexer.commands.reference > docs/cli.md`.

A test holds that the page in docs/ is what this prints.
"""

# ruff: noqa: E501 (a row of a Markdown table cannot be wrapped)

from collections.abc import Iterator

import click

from indexer.cli import COMMANDS, cli

_BEFORE = """\
# The command line

<!-- Made by `python -m indexer.commands.reference > docs/cli.md`; change the commands, not this. -->

`mir COMMAND --help` says the same in a terminal. Every command opens the library in its home
(`--home`, or `MIR_HOME`; see [settings](settings.md)), does one thing and prints: a table for
people, or with `--json` what a program can read.

* A table fits the terminal; piped, it is plain text with one line a row and nothing cut.
* Errors are one line on standard error, `mir: …`, with exit status 1; wrong usage has status 2;
  Ctrl-C has 130 and loses nothing that was stored.
* A TRACK is named by its id, by one of its files, by its whole title, or by words of its title,
  artists and album that only one track has.
* [Filters](filters.md) mean the same in every command and hold together. They are applied inside
  the search, so that `--count` is met whenever enough tracks qualify.
* *Match* is the similarity: the share of the library that is less similar. 99.0% says that one track
  in a hundred would be nearer; the pages and the API say the same. *Why* tells the most telling
  [reasons](reasons.md), and with `--why` all of them.
"""

_SHAPES = """\
## What `--json` prints

Names and shapes are those of the [API](api.md); names may be added, but none changes its
meaning. Text is ASCII with escapes. Bytes of a file name that are not UTF-8 stand as lone
surrogates (`\\udcXX`), as Python has them. Times are ISO 8601 in UTC, lengths are seconds.

| command | shape |
|---|---|
| `search` | `{"recording": RECORDING or null, "heard": {seconds, genres, uncertain, moods, instruments, arousal, valence, sound}, "hits": [HIT, …]}` |
| `identify` | `{"recording": RECORDING or null, "others": [RECORDING, …], "among"}`; with `--timeline` `{"played": [{track, start, end, offset, tempo, score, verdict}, …], "among"}`; `among` is how many tracks have a fingerprint |
| `duplicates` | `{"counts": {same, excerpt, version, shared}, "waiting", "groups": [GROUP, …], "pairs": [{relation, first: TRACK, second: TRACK, evidence: EVIDENCE}, …], "total", "offset"}`; with `--track` `{"related": [{relation, part, track: TRACK, what, evidence: EVIDENCE}, …]}`, with `--csv` `{file, rows}` |
| `similar`, `mood`, `next`, `recommend` | `{"hits": [HIT, …]}` |
| `path` | the same; each HIT is compared with the one before it, the first has score and similarity 1 |
| `tracks` | `{"tracks": [TRACK, …], "total", "offset"}` |
| one of these with `--keep` | `{"made": PLAYLIST}` |
| `playlist list` | `{"playlists": [PLAYLIST, …], "total", "offset"}`; a PLAYLIST is `{id, name, query, count, created_at, changed_at}` |
| `playlist show` | a PLAYLIST with `"entries": [{position, audio_hash, track}, …], "total", "offset"`; `track` is `null` while it is missing |
| `playlist make`, `add`, `remove`, `move`, `rename`, `delete`, `refresh` | `{"made": PLAYLIST}`, or `"changed"`, `"renamed"`, `"deleted"`, `"refreshed"` |
| `playlist export` | `{file, tracks, missing}` |
| `playlist import` | `{"made": PLAYLIST, "unmatched": [{line, path, reason}, …]}` |
| `genres` | `{"genres": [{name, tracks, predicted, tagged}, …]}` |
| `failures` | `{"failures": [{id, path, reason, stage, failed_at, state}, …], "total", "offset"}`; `state` is `failed`, `again` or `ignored` |
| `failures retry`, `ignore`, `restore` | `{"failures": [FAILURE, …]}` as in `failures`; `retry --all` `{"changed"}` |
| `status` | `{home, database, tracks, failures, genres, indexed, index_revision, revision, model_id, model_name, pending_model, roots, last_failures}`; `pending_model` is `null` or `{id, name, tracks}` |
| `index` | `{added, updated, moved, caught_up, removed, excluded, failed, unchanged, seconds_of_music, wall_seconds, messages, missing_roots, stopped}` |
| `exclude` | `{"exclusions": [{kind, value}, …], "added": […]}`, with `--remove` `"removed"`; `kind` is `path`, `longer`, `shorter` or `genre`, the value of a length is seconds as text |
| `watch` | one line as `index` for every run |
| `up` | one line `{"url"}`, and a second one as `index` when that is done |
| `serve` | one line `{"url"}` |
| `rebuild` | `{"indexed", "fingerprints"}` |
| `train` | `{model, tracks, skipped, epochs, best, test}`; with `--folds` `{folds, accuracy, macro_f1, precision}`, with `--search` `{best, trials, importance}`, with `--head` `{model, model_id, vectors_of, labels, strength, temperature, head, majority, left_out}` |
| `model list` | `{"models": [{id, name, dimension, tracks, active, pending, shipped, at_hand}, …], "tracks"}` |
| `model info` | all that the file says of the model, and `id`, `bytes`, `known` (as in `model list`, or `null`); with `--measure` also `ms_per_minute` |
| `model use` | `{id, name, state, before, heard, tracks}`; `state` is `active` or `pending` |
| `model export` | `{id, name, file, bytes}` |
| `model forget` | `{"forgotten": MODEL}` as in `model list` |
| `user list` | `{"users": [USER, …]}`; a USER is `{name, role, created_at}` |
| `user add`, `remove`, `password` | a USER; `{"removed": USER}`; `{"changed": USER}` |
| `user adopt` | `{plays, playlists}` |
| `key list` | `{"keys": [KEY, …]}`; a KEY is `{id, name, user, scope, created_at, used_at, revoked_at}` |
| `key add`, `revoke` | a KEY with its `secret`; `{"revoked": [KEY, …]}` |
| `export` | `{file, bytes, rows}`; `rows` is `{table: rows}` |
| `import` | `{added, known, heard, files, failures, folders, models, left_out, messages}` |
| `doctor` | `{"findings": [{name, state, text, remedy}, …], "problems"}`; `state` is `ok`, `warning` or `problem`; with `--repair` also `"repairs": [{name, done, text}, …]` |

A HIT is `{track: TRACK, score, similarity, reasons, why}`: `score` is a cosine in [-1, 1] (docs/mood.md has that of `mood`),
`similarity` the share of the library that is less similar, in [0, 1], `reasons` are sentences and `why` the
fields that they are made from: those of `WhyOut` in the API, explained in [reasons](reasons.md).

A RECORDING is `{track: TRACK, offset, tempo, score, verdict}`: `offset` is the second of the track at which the clip begins
(negative where it begins before the track), `tempo` the clip's as a multiple of the track's, [`score`](fingerprints.md#the-score) the power of
ten that false answers are rarer by, and `verdict` is `certain` or `likely`.

A GROUP is `{why, copies: [{track: TRACK, file, codec, lossless, bit_rate, sample_rate, channels, size}, …], evidence:
[EVIDENCE, …]}`, the copy to keep first. An EVIDENCE is `{first, second, kind, strength, first_share, second_share,
agreement, tempo, semitones, offset, stretches: [{first_start, first_end, second_start, second_end}, …], words}`; `first` and
`second` are ids, and the fields those of `EvidenceOut` in the API. [Duplicates](duplicates.md) explains them.

A TRACK is `{id, title, artists, album, album_artist, year, track_number, disc_number, seconds,
composer, lyricist, publisher, copyright, licence, isrc, iswc, recording_mbid, work_mbid,
release_mbid, artist_mbids, tag_genres, genres, uncertain, moods, instruments, arousal, valence, sound, container, files, added_at}`;
`genres`, `moods` and `instruments` are lists of `{name, probability}`, `arousal` (calm to energetic)
and `valence` (dark to bright) lie in [-1, 1] with 0 for the average, `sound` is `{tempo, tempo_confidence, key, mode,
key_confidence, loudness}`. What is not known is `null` or an empty list.
"""


def reference() -> str:
    """Return the whole page."""
    context = click.Context(cli, info_name="mir")
    sections = []
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        sections += list(_sections(command, context, name))
    return "\n".join([_BEFORE, *sections, _SHAPES])


def _sections(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"## {context.command_path}\n", f"    {context.command_path} {usage}\n"]
    lines.append(_paragraphs(command.help or ""))
    rows = [
        record
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option) and "--help" not in parameter.opts
        if (record := parameter.get_help_record(context)) is not None
    ]
    if rows:
        lines.append("| option | |\n|---|---|")
        lines += [f"| `{names}` | {_cell(text)} |" for names, text in rows]
        lines.append("")
    yield "\n".join(lines)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            yield from _sections(found, context, inner)


def _paragraphs(text: str) -> str:
    blocks = [" ".join(block.split()) for block in text.split("\n\n")]
    return "\n\n".join(blocks) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    click.echo(reference(), nl=False)
