"""Which long passwords would be guessed soon, and why.

A password is as good as what a guesser has to guess of it. So it is counted in pieces: a well-known
word (`common_passwords.txt`) is one piece, a row of keys is one, any other character is one. Seven
random words have some thirty pieces, `Password12345678` has two.

The library for this, `zxcvbn` 4.5, was tried. 72 chosen characters keep it busy for seconds, and every
thread of Python with it; it leaves one person's words where the next request finds them; and "correct
horse battery staple" gets its best mark. What is here takes a millisecond, and some tens for the
longest that somebody could think of: no more than the hash that comes next, and in the same threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from pathlib import Path

MIN_PIECES = 8  # what NIST SP 800-63B-4 asks of the shortest password there is, 3.1.1.2
MIN_WORD_CHARACTERS = 3

REPEATS = 'This repeats itself or follows the alphabet or the keys; use several different words.'
WELL_KNOWN = 'This is one of the passwords that are tried first; use several words of your own.'
ABOUT_YOU = 'This is little more than your name, your address or the name of this site.'

_SEPARATORS = re.compile(r'[\s!-/:-@\[-`{-~]')  # white space and ASCII punctuation
_LOOK_ALIKES = str.maketrans('@$!013457', 'asioieast')
_KEYBOARD = (
    'qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm azertyuiop qsdfghjklm wxcvbn '
    '1234567890 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik 9ol '
    '1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 a1s2d3f4g5h6j7k8l9 z1x2c3v4b5n6m7 '
    'йцукенгшщзхъ фывапролджэ ячсмитьбю'
)
_KEYS_ASIDE = {
    pair for row in _KEYBOARD.split() for pair in chain(pairwise(row), pairwise(row[::-1]))
}


def weakness(password: str, context: Iterable[str], min_characters: int) -> str | None:
    """Say in one sentence why this would be guessed soon; `None` if it would not.

    `context`: what a stranger would try at this account, such as its name and e-mail address.
    """
    text = password.lower()
    if _is_repetition(text, min_characters):
        return REPEATS
    spellings = (text, text.translate(_LOOK_ALIKES))
    personal = COMMON_WORDS.union(*map(_words, context))
    known = {REPEATS: frozenset[str](), WELL_KNOWN: COMMON_WORDS, ABOUT_YOU: personal}
    pieces = {why: min(_pieces(each, words) for each in spellings) for why, words in known.items()}
    why = min(pieces, key=pieces.__getitem__)  # the simplest knowledge that helps a guesser most
    return why if pieces[why] < MIN_PIECES else None


def _pieces(text: str, known: frozenset[str]) -> int:
    """Count what there is to guess, up to what is enough; a separator only once."""
    pieces = len(set(_SEPARATORS.findall(text)))
    before = None
    for letter in _with_words_as_one_character(_SEPARATORS.sub('', text), known):
        pieces += before is None or not _follows(before, letter)
        if pieces >= MIN_PIECES:
            break
        before = letter
    return pieces


def _with_words_as_one_character(text: str, words: frozenset[str]) -> Iterator[str]:
    """Go through it with a NUL in the place of each word, of several that begin there of the longest.

    By hand: a pattern with one person's words in it takes ten times as long to compile (measured).
    """
    lengths = sorted(set(map(len, words)), reverse=True)
    at = 0
    while at < len(text):
        length = next((n for n in lengths if text[at : at + n] in words), 0)
        yield '\0' if length else text[at]
        at += length or 1


def _follows(one: str, other: str) -> bool:
    """Say whether the next character could be told: the same, one up, one down, the key aside."""
    return abs(ord(one) - ord(other)) <= 1 or (one, other) in _KEYS_ASIDE


def _is_repetition(text: str, min_characters: int) -> bool:
    """Say whether a piece that is too short by itself is just typed again, spaces or not."""
    for spelling in (text, _SEPARATORS.sub('', text)):
        period = _period(spelling)
        with_separators = period * len(text) / max(1, len(spelling))
        if 2 * period <= len(spelling) and with_separators < min_characters:
            return True
    return False


def _period(text: str) -> int:
    """Return after how many characters the text begins again, up to its end."""
    lengths = range(1, len(text))
    return next((n for n in lengths if text.startswith(text[n:])), len(text))


def _words(text: str) -> set[str]:
    """Return a name or an address without its separators, and the words in it."""
    whole = _SEPARATORS.sub('', text.lower())
    words = [whole, *_SEPARATORS.split(text.lower())]
    return {word for word in words if len(word) >= MIN_WORD_CHARACTERS}


def _read_common() -> frozenset[str]:
    lines = Path(__file__).with_name('common_passwords.txt').read_text(encoding='utf-8').split('\n')
    return frozenset(line for line in lines if line and not line.startswith('#'))


COMMON_WORDS = _read_common()
