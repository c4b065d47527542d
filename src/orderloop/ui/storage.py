"""Static files under names that carry their own hash."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


def _address(rule: str | tuple[str, str]) -> str:
    return rule if isinstance(rule, str) else rule[0]


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Vendored files are kept word for word, and some name a source map that is not shipped: that remark is for
    debuggers and must not stop the build, so it is not followed."""

    patterns = tuple(
        (glob, tuple(rule for rule in rules if "sourceMappingURL" not in _address(rule)))
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )
