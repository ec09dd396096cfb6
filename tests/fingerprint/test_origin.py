"""Which distribution a module comes from."""

from importlib import metadata

from flight_recorder.fingerprint.origin import distribution_of


def test_every_installed_module_is_found_where_the_standard_library_finds_it() -> None:
    every = metadata.packages_distributions()
    assert "msgspec" in every
    for top, names in every.items():
        name, version = distribution_of(top)
        if name not in names:  # there is a distribution of that very name too
            assert metadata.distribution(top).metadata["Name"] == name or metadata.version(top) == version
        else:
            assert version == metadata.version(name)


def test_a_module_that_nobody_installed_has_no_version() -> None:
    assert distribution_of("no_such_module.at_all") == ("no_such_module", "")
