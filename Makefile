# The commands of napmonitor; make help lists them.

PYTHON ?= python3
PORT ?= 8000
BIN = .venv/bin

# The checks must not depend on the settings of whoever runs them.
PLAIN = env -u DATABASE_URL -u SECRET_KEY -u ALLOWED_HOSTS -u CSRF_TRUSTED_ORIGINS \
	-u INSECURE_HTTP -u BEHIND_PROXY -u CONTACT_EMAIL -u REPORT_PUBLISHER -u REPORT_ISSN -u CURRENT_PLAN -u LOG_LEVEL \
	-u SITE_OPERATOR -u ACCESSIBILITY_DATE -u METRICS_TOKEN -u ENDINGS_FILE -u PAGES_DIR -u SITE_URL -u EMAIL_URL -u DEFAULT_FROM_EMAIL \
	-u OPENID_PROVIDERS
DEVELOPMENT = $(PLAIN) DEBUG=1
PRODUCTION = $(PLAIN) -u DEBUG ALLOWED_HOSTS=napmonitor.example.org \
	SITE_URL=https://napmonitor.example.org \
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')"

.PHONY: help run test test-fast test-all prove check bench messages lock clean python environment

help:  ## list these commands
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: python  ## start the site here; PORT=8001 and PYTHON=python3.12 choose others
	@$(PYTHON) scripts/environment.py runtime --port '$(PORT)'
	@$(DEVELOPMENT) $(BIN)/python scripts/run.py '$(PORT)'

TESTS = $(PLAIN) -u DEBUG $(BIN)/python scripts/run_tests.py

test: environment  ## run every test; ARGS="-k submit" chooses some
	@$(TESTS) test $(ARGS)

test-fast: environment  ## run the quick tests only, while working
	@$(TESTS) fast $(ARGS)

test-all: environment  ## run what continuous integration runs: more rows, languages, days
	@$(TESTS) all $(ARGS)

prove: environment  ## run all there is, by hand before a release: every form, address, day
	@$(TESTS) prove $(ARGS)

check: environment  ## check format, faults, types, layers, settings, messages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	find templates actions reports -name '*.html' -exec \
		$(BIN)/djade --check --target-version 5.2 {} +
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python scripts/check_templates.py
	$(DEVELOPMENT) $(BIN)/mypy
	$(BIN)/lint-imports
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(DEVELOPMENT) $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python scripts/check_messages.py
	$(BIN)/python scripts/check_glossary.py
	$(BIN)/python scripts/check_vendor.py
	$(BIN)/python scripts/trim_css.py --check

bench: environment  ## measure how fast pages and reports are, and the site under load
	DEBUG=1 $(BIN)/python manage.py bench
	DEBUG=1 $(BIN)/python manage.py bench_report
	DEBUG=1 $(BIN)/python manage.py bench_load
	$(PLAIN) $(BIN)/python scripts/bench_wire.py

messages: environment  ## collect the texts to translate and compile the translations
	$(BIN)/python scripts/check_messages.py --extract --compile

lock: environment  ## renew the pinned packages after a change to a requirements*.in
	for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
			--python-version 3.11 --custom-compile-command "make lock" \
			--output-file $$name.txt $$name.in || exit 1; \
	done

clean:  ## remove what these commands made, except the database in var/
	rm -rf .venv .venv.lock .test-cache staticfiles htmlcov .coverage .coverage.* .hypothesis test-results
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@command -v '$(PYTHON)' >/dev/null || { echo "There is no program $(PYTHON) here." \
		"Install Python 3.11 or newer, or name another one: make run PYTHON=python3.12" >&2; exit 1; }

environment: python
	@$(PYTHON) scripts/environment.py dev
