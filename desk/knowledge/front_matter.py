"""Text files that say what they are between two lines of `---`, before their text."""

import re
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from baton.errors import BadSetting

T = TypeVar("T", bound=BaseModel)
FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)


def read_front_matter(file: Path, shape: type[T]) -> tuple[T, str]:
    """What a file says of itself, as a record, and its text.

    Raises:
        BadSetting: it cannot be read, has no front matter or no text, or a field does not fit; the file is named.
    """
    try:
        found = FRONT.match(file.read_text("utf-8-sig"))
        if found is None or not found.group(2).strip():
            raise BadSetting(f"{file}: it must be front matter between two lines of ---, then a text")
        return shape.model_validate(yaml.safe_load(found.group(1))), found.group(2)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise BadSetting(f"{file}: {'.'.join(map(str, fault['loc'])) or 'front matter'}: {fault['msg']}") from error
    except (OSError, ValueError, yaml.YAMLError) as error:  # a ValueError: not UTF-8, or a date such as 2026-13-01
        raise BadSetting(f"{file}: {' '.join(str(error).split())}") from error
