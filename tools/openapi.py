"""Write docs/reference/openapi.json: the description of the API as the product serves it.

python tools/openapi.py           write it
python tools/openapi.py --check   say whether it is up to date, exit 1 if not
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "openapi.json"


def description() -> str:
    """The description as text; Django must be set up."""
    from orderloop.entrypoints.api import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


def main(arguments: list[str]) -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderloop.entrypoints.settings")
    # The description needs no database; the settings ask for an address all the same.
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost/none")
    os.environ.setdefault("ORDERLOOP_SECRET_KEY", "only for writing a document")
    django.setup()
    text = description()
    if "--check" not in arguments:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/reference/openapi.json lags behind the API: run python tools/openapi.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
