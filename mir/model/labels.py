"""What the network's outputs are called, and which tags of its teachers each of them stands for.

The teachers name 50 tags of the Million Song Dataset ("MSD", Last.fm users' words) and 156
classes of AudioSet. The network learns all 206 as they are; what a user sees are the groups
below: a group's probability is that at least one of its tags applies (noisy or).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Members:
    """The teacher tags that a name of ours stands for."""

    msd: tuple[str, ...] = ()
    audioset: tuple[str, ...] = ()


def _members(msd: str = "", audioset: str = "") -> Members:
    def split(names: str) -> tuple[str, ...]:
        return tuple(name for name in names.split("; ") if name)

    return Members(split(msd), split(audioset))


# Genres compete (softmax), so each teacher tag stands in at most one row. Rows without
# members exist for human labels alone.
GENRES: Mapping[str, Members] = {
    "ambient": _members("ambient", "Ambient music; New-age music"),
    "blues": _members("blues", "Blues"),
    "breakbeat": _members(),
    "chiptune": _members("", "Video game music"),
    "classical": _members("", "Classical music; Opera"),
    "country": _members("country", "Country; Bluegrass"),
    "disco": _members("", "Disco"),
    "downtempo": _members("chillout; chill", ""),
    "drum and bass": _members("", "Drum and bass"),
    "dubstep": _members("", "Dubstep"),
    "electronic": _members(
        "electronic; electronica; electro", "Electronic music; Electronica; Electronic dance music"
    ),
    "folk": _members("folk; acoustic", "Folk music; Traditional music"),
    "funk": _members("funk", "Funk"),
    "hardcore": _members(),
    "hip hop": _members("Hip-Hop", "Hip hop music; Rapping"),
    "house": _members("House", "House music"),
    "indie": _members("indie; indie rock; indie pop; alternative", "Independent music"),
    "jazz": _members("jazz", "Jazz; Swing music"),
    "latin": _members("", "Music of Latin America; Salsa music; Flamenco"),
    "metal": _members("metal; heavy metal", "Heavy metal"),
    "pop": _members("pop", "Pop music"),
    "punk": _members("punk", "Punk rock"),
    "reggae": _members("", "Reggae; Ska"),
    "rock": _members(
        "rock; classic rock; hard rock; alternative rock; Progressive rock",
        "Rock music; Grunge; Progressive rock; Rock and roll; Psychedelic rock",
    ),
    "soul": _members("soul; rnb", "Rhythm and blues; Soul music; Gospel music"),
    "soundtrack": _members("", "Soundtrack music; Theme music; Background music"),
    "techno": _members("", "Techno"),
    "trance": _members("", "Trance music"),
    "world": _members(
        "",
        "Middle Eastern music; Music of Africa; Afrobeat; Music of Asia; Carnatic music; "
        "Music of Bollywood",
    ),
}

# Other words for the same genre in label files.
GENRE_SYNONYMS: Mapping[str, str] = {
    "jungle": "drum and bass",
    "dnb": "drum and bass",
    "hip-hop": "hip hop",
    "hiphop": "hip hop",
    "r&b": "soul",
    "heavy metal": "metal",
}

MOODS: Mapping[str, Members] = {
    "happy": _members("happy", "Happy music"),
    "sad": _members("sad", "Sad music"),
    "tender": _members("beautiful", "Tender music; Lullaby"),
    "calm": _members("chillout; chill; Mellow; easy listening", "New-age music"),
    "exciting": _members("", "Exciting music"),
    "party": _members("party; dance; catchy", "Dance music"),
    "aggressive": _members("", "Angry music"),
    "scary": _members("", "Scary music"),
    "funny": _members("", "Funny music"),
}

INSTRUMENTS: Mapping[str, Members] = {
    "female voice": _members("female vocalists; female vocalist", "Female singing"),
    "male voice": _members("male vocalists", "Male singing"),
    "choir": _members("", "Choir; Chant"),
    "rap": _members("", "Rapping"),
    "acoustic guitar": _members("acoustic", "Acoustic guitar; Strum"),
    "electric guitar": _members("", "Electric guitar; Tapping (guitar technique)"),
    "bass guitar": _members("", "Bass guitar"),
    "banjo": _members("", "Banjo"),
    "mandolin": _members("", "Mandolin"),
    "sitar": _members("", "Sitar"),
    "harp": _members("", "Harp"),
    "piano": _members("", "Piano"),
    "electric piano": _members("", "Electric piano"),
    "organ": _members("", "Organ; Electronic organ; Hammond organ"),
    "harpsichord": _members("", "Harpsichord"),
    "synthesizer": _members("", "Synthesizer"),
    "accordion": _members("", "Accordion"),
    "harmonica": _members("", "Harmonica"),
    "drum kit": _members("", "Drum kit; Snare drum; Bass drum; Hi-hat; Cymbal; Rimshot"),
    "drum machine": _members("", "Drum machine"),
    "hand percussion": _members("", "Tabla; Tambourine; Maraca; Wood block"),
    "timpani": _members("", "Timpani"),
    "mallets": _members(
        "", "Mallet percussion; Marimba, xylophone; Glockenspiel; Vibraphone; Steelpan"
    ),
    "bells": _members("", "Bell; Church bell; Tubular bells; Chime; Wind chime"),
    "orchestra": _members("", "Orchestra"),
    "strings": _members("", "Bowed string instrument; String section; Pizzicato"),
    "violin": _members("", "Violin, fiddle"),
    "cello": _members("", "Cello"),
    "double bass": _members("", "Double bass"),
    "brass": _members("", "Brass instrument; French horn; Trombone"),
    "trumpet": _members("", "Trumpet"),
    "saxophone": _members("", "Saxophone"),
    "flute": _members("", "Flute"),
    "clarinet": _members("", "Clarinet"),
    "bagpipes": _members("", "Bagpipes"),
}


def canonical_genre(name: str) -> str | None:
    """Our name for a genre that a label file calls `name`, or None where we have none."""
    lowered = name.strip().casefold()
    lowered = GENRE_SYNONYMS.get(lowered, lowered)
    return lowered if lowered in GENRES else None
