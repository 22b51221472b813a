# Two commands for newcomers: `make demo` and `make test`. Everything lives in .venv and build/; the checkout stays clean.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: help demo test test-postgres check bench samples screenshots lock clean

help:
	@echo "make demo    分析示例问卷 / analyse the sample survey"
	@echo "make test    运行测试 / run the tests"
	@echo "make test-postgres 数据库测试只用 PostgreSQL / the tests of the store on PostgreSQL alone"
	@echo "make check   代码检查 / lint, types, imports, docstrings"
	@echo "make bench   与同类工具比速度 / compare speed with peers"
	@echo "make samples 重新生成示例 / make the samples anew"
	@echo "make screenshots 每页的截图，在 build/screenshots/ / a picture of every page"
	@echo "make clean   删除 .venv 与 build / remove both"

# The lock names every package, so --no-deps: BERTopic would otherwise bring PyTorch, which nothing here needs.
.venv/run: requirements.lock setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("需要 Python 3.11 或更新 / Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@echo "安装依赖（约 1 分钟）/ installing into .venv (about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@$(PIP) install --no-deps -r requirements-dev.lock
	@touch $@

demo: .venv/run
	@$(BIN)/voc analyse corpora/samples/retail_survey.xlsx -o build/analysis.json -o build/analysis.xlsx
	@echo
	@echo "接下来 / next:"
	@echo "  打开 / open                 build/analysis.xlsx"
	@echo "  分析自己的表 / your own      $(BIN)/voc analyse 我的问卷.xlsx -o build/mine.json -o build/mine.xlsx"
	@echo "  逐条评分 / score comments    $(BIN)/voc score corpora/samples/reviews.jsonl -o build/scores.jsonl"
	@echo "  所有命令 / all commands      $(BIN)/voc --help"

test: .venv/dev # a process a core, at most four: each holds the models
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

test-postgres: .venv/dev # a throw-away server from the machine's own initdb and pg_ctl; skipped, and said so, where there is none
	$(BIN)/python -m pytest tests/voc/test_store*.py -k postgresql -rs

check: .venv/dev # the commands of voc/cli are documented by their options
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/numpydoc lint $$(git ls-files 'voc/*.py' 'web/*.py' ':!voc/cli' ':!web/cli.py')

bench: .venv/dev # see tests/benchmarks/README.md
	$(BIN)/python -m tests.benchmarks.run --json build/benchmarks.json

samples: .venv/run
	$(BIN)/python corpora/samples/make.py

screenshots: .venv/dev # needs Chromium: apt-get install chromium fonts-noto-cjk; README=1: only the pictures of README.md, anew
	PYTHONPATH=.:tests $(BIN)/python tests/browser/screenshots.py $(if $(README),--readme)

lock: # newest versions that setup.cfg allows
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install -q setuptools wheel tqdm -e .
	build/lock/bin/pip install -q --no-deps 'bertopic>=0.17.1,<0.18'
	build/lock/bin/pip freeze --exclude-editable --all | grep -v '^pip==' > requirements.lock
	build/lock/bin/pip install -q -e '.[dev,transformers]'
	build/lock/bin/pip freeze --exclude-editable --all | grep -v '^pip==' | sed 's/+cpu$$//' | grep -vxFf requirements.lock > requirements-dev.lock

clean:
	rm -rf .venv build
