# make run     serve the demo business on http://localhost:8000 (PORT, LEADRUSH_DATA change that)
# make test    all checks and all tests, on SQLite and on PostgreSQL
# make check   lint, types, floors, migrations, planted faults
# make evidence  count every sentence of the statement on the site of LEADRUSH_DATA; fails if one is broken or empty
# make bench   measure (ONLY=area, SIZE=persons)
# make proof   the long searches: mutation, every slow test, thousands of examples
# make stripe  try the real processor in its test mode (STRIPE_SECRET_KEY=sk_test_...)
# make messages  gather texts to translate (LOCALE=de), or compile what is translated
# make clean   remove what the above made, except the data

PYTHON = .venv/bin/python
export PYTHONUNBUFFERED = 1

.PHONY: run test check evidence bench proof stripe messages clean

run:
	@setup/python
	@exec .venv/bin/leadrush up --demo

test:
	@setup/system
	@setup/python test check
	@setup/parts
	@setup/test

check:
	@setup/python test check
	@setup/check

evidence:
	@setup/python
	@.venv/bin/leadrush evidence --run --strict

bench:
	@setup/python test
	@$(PYTHON) -m bench

proof:
	@setup/system
	@setup/python test check proof
	@setup/parts
	@setup/proof

stripe:
	@setup/python
	@$(PYTHON) -m tests.stripe_itself

messages:
	@setup/python
	@setup/messages

clean:
	rm -rf .venv node_modules dist mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
