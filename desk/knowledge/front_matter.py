"""Text files with front matter: fields in YAML between two lines of `---`, then the text."""

import re
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from baton.errors import BadSetting

T = TypeVar("T", bound=BaseModel)
FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)


def read_front_matter(file: Path, shape: type[T]) -> tuple[T, str]:
    """Return a file's front matter as a record, and its text.

    Raises:
        BadSetting: the file cannot be read, lacks front matter or text, or a field does not fit; it names the file.
    """
    try:
        match = FRONT.match(file.read_text("utf-8-sig"))
        if match is None or not match.group(2).strip():
            raise BadSetting(f"{file}: it must be front matter between two lines of ---, then a text")
        return shape.model_validate(yaml.safe_load(match.group(1))), match.group(2)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise BadSetting(f"{file}: {'.'.join(map(str, fault['loc'])) or 'front matter'}: {fault['msg']}") from error
    except (OSError, ValueError, yaml.YAMLError) as error:  # a ValueError: not UTF-8, or a date such as 2026-13-01
        raise BadSetting(f"{file}: {' '.join(str(error).split())}") from error
