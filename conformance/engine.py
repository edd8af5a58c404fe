"""The embedded engine: llama.cpp's own HTTP server with a model of 135 million parameters, in a process of its own.

Both come from wheels, so a run without any server at hand needs no compiler and no download. This file is the program of that
process, started by the recipes `llama.cpp-*` (`conformance.recipes`), and as such the only importer of xllamacpp.
https://github.com/xorbitsai/xllamacpp · https://github.com/ggml-org/llama.cpp/tree/master/tools/server
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

MODEL = "SmolLM2-135M-Instruct"
ALIAS = "gpt-3.5-turbo"
HOST = "127.0.0.1"
TEMPLATE = Path(__file__).parent / "templates" / "chatml-tools.jinja"


def main(mode: str, port: int, model: str) -> None:
    """Serves a model until it is stopped. `plain` uses the model's own chat template, which knows no tools, `tools` one that
    does, `embedding` answers embeddings and no chat.
    """
    import xllamacpp

    mean = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    server = xllamacpp.Server(_settings(xllamacpp.CommonParams(), mode, port, model, mean))
    sys.stdout.write(f"listening at {server.listening_address}\n")
    while True:
        signal.pause()


def _settings(params: Any, mode: str, port: int, model: str, pooling: Any) -> Any:
    """One thread and four slots; no seed, so that sampling is random unless a request says otherwise."""
    params.model.path = model
    params.model_alias = {MODEL, ALIAS}  # listed is the first in the order of bytes
    params.hostnames, params.port = [HOST], port
    params.n_ctx, params.n_parallel = 16384, 4
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.use_jinja = True
    params.verbosity = 1
    params.embedding = mode == "embedding"
    if params.embedding:
        params.pooling_type = pooling
    if mode == "tools":
        params.chat_template = TEMPLATE.read_text("utf-8")
    return params


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
