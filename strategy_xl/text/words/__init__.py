"""Words of objectives: language, numbers, dates and lexicons of sales texts. Grammar is code, words are data.

A new language is a folder of word lists beside ``data/fr`` and ``data/en``, with the same files and keys,
and its catalogue (``languages``). Copy the folder of the nearest language and
translate it: ``grammar`` says how the language builds its phrases, ``lexicon`` has its words of sales by
class and the rules of their forms, ``times`` its words of time, and the other files its small words by the
role they play, key by key as in the classes of ``vocabulary`` and ``rule_words``. A list without words is
``""``; words that all languages share stand in ``data/jargon.toml``. A file that lacks a key, has one too
many, names a word twice or holds a wrong value is refused with a ``WordListError`` that says where. No
Python is needed here; only a feast that ``calendars`` lacks is added there.
"""
