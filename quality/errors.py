"""The errors a caller may want to catch. Each message says what was wrong, where, and what to do."""


class ModelError(ValueError):
    """A model folder that can't be used: missing, changed, or made for other features."""


class DataError(ValueError):
    """Labelled data or an input file that can't be used as it stands; the message names the rows."""
