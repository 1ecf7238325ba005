#!/usr/bin/env python3
"""Runs well-known architectures, as PyTorch exports them, through tenon.

    run_architectures.py [--build DIR] [--only GLOB]

Makes each model with random weights (torchvision's at small images, those of
transformers in small configurations), exports it with torch.onnx, compiles it,
runs it on one input and compares with what PyTorch computed: the largest
difference, relative to the largest output, is to be below 1e-5. Needs the
packages torch, torchvision, transformers and onnxscript, and minutes.

Exit status: 0 when every model agrees, 1 otherwise.
"""

import argparse
import contextlib
import fnmatch
import io
import json
import logging
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy
import torch
import torchvision
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 1e-5

SMALL = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64)
TEXT = dict(SMALL, vocab_size=99, max_position_embeddings=64)
FEW_KEYS = dict(TEXT, num_key_value_heads=2)
PATCHES = dict(SMALL, image_size=32, patch_size=8)

# torchvision's classifiers, by the size of the image.
IMAGES = {
    "alexnet": 64, "convnext_tiny": 64, "densenet121": 64, "efficientnet_b0": 64, "googlenet": 64,
    "inception_v3": 96, "maxvit_t": 224, "mnasnet0_5": 64, "mobilenet_v2": 64, "mobilenet_v3_small": 64,
    "regnet_y_400mf": 64, "resnext50_32x4d": 64, "shufflenet_v2_x0_5": 64, "squeezenet1_1": 64, "swin_t": 64,
    "vgg11": 32,
}
# Encoders and language models: the class, its configuration, what to pass at the call.
TOKENS = {
    "bert": ("BertModel", "BertConfig", TEXT, {}),
    "bloom": ("BloomForCausalLM", "BloomConfig", dict(vocab_size=99, hidden_size=32, n_layer=2, n_head=4),
              {"use_cache": False}),
    "deberta": ("DebertaV2Model", "DebertaV2Config",
                dict(TEXT, relative_attention=True, pos_att_type=["c2p", "p2c"]), {}),
    "distilbert": ("DistilBertModel", "DistilBertConfig",
                   dict(vocab_size=99, dim=32, n_layers=2, n_heads=4, hidden_dim=64, max_position_embeddings=64), {}),
    "electra": ("ElectraModel", "ElectraConfig", dict(TEXT, embedding_size=16), {}),
    "gemma": ("GemmaForCausalLM", "GemmaConfig", dict(TEXT, num_key_value_heads=1, head_dim=8),
              {"use_cache": False}),
    "gpt2": ("GPT2LMHeadModel", "GPT2Config", dict(vocab_size=99, n_positions=64, n_embd=32, n_layer=2, n_head=4),
             {"use_cache": False}),
    "llama": ("LlamaForCausalLM", "LlamaConfig", FEW_KEYS, {"use_cache": False}),
    "mamba": ("MambaModel", "MambaConfig", dict(vocab_size=99, hidden_size=32, state_size=4, num_hidden_layers=2),
              {"use_cache": False}),
    "opt": ("OPTForCausalLM", "OPTConfig",
            dict(vocab_size=99, hidden_size=32, num_hidden_layers=2, ffn_dim=64, num_attention_heads=4,
                 max_position_embeddings=64, word_embed_proj_dim=32), {"use_cache": False}),
    "phi": ("PhiForCausalLM", "PhiConfig", TEXT, {"use_cache": False}),
    "qwen2": ("Qwen2ForCausalLM", "Qwen2Config", FEW_KEYS, {"use_cache": False}),
    "roberta": ("RobertaModel", "RobertaConfig", TEXT, {}),
}
# Models of pictures and sound, with the shape of their input.
SIGNALS = {
    "clip-vision": ("CLIPVisionModel", "CLIPVisionConfig", PATCHES, (1, 3, 32, 32)),
    "segformer": ("SegformerModel", "SegformerConfig",
                  dict(hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4]),
                  (1, 3, 64, 64)),
    "vit": ("ViTModel", "ViTConfig", PATCHES, (1, 3, 32, 32)),
    "wav2vec2": ("Wav2Vec2Model", "Wav2Vec2Config",
                 dict(SMALL, conv_dim=(16, 16), conv_stride=(5, 2), conv_kernel=(10, 3), num_feat_extract_layers=2,
                      num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=4), (1, 400)),
}


class FirstOutput(torch.nn.Module):
    """A model's hidden state or logits alone, whatever else it returns."""

    def __init__(self, model, **options):
        super().__init__()
        self.model, self.options = model, options

    def forward(self, *inputs):
        output = self.model(*inputs, **self.options)
        if isinstance(output, torch.Tensor):
            return output
        if "out" in output:  # torchvision's segmentation
            return output["out"]
        return output.get("last_hidden_state", output.get("logits"))


def classifier(name):
    options = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    return getattr(torchvision.models, name)(weights=None, **options)


def of_transformers(model, config, settings, **options):
    return FirstOutput(getattr(transformers, model)(getattr(transformers, config)(**settings)), **options)


def architectures():
    """Name -> (maker of the model, maker of its input)."""
    found = {}
    for name, size in IMAGES.items():
        found[name] = (lambda name=name: classifier(name), lambda size=size: torch.randn(1, 3, size, size))
    found["lraspp_mobilenet_v3"] = (
        lambda: FirstOutput(torchvision.models.segmentation.lraspp_mobilenet_v3_large(
            weights=None, weights_backbone=None)), lambda: torch.randn(1, 3, 64, 64))
    for name, (model, config, settings, options) in TOKENS.items():
        found[name] = (lambda m=model, c=config, s=settings, o=options: of_transformers(m, c, s, **o),
                       lambda: torch.randint(1, 99, (2, 12)))
    for name, (model, config, settings, shape) in SIGNALS.items():
        found[name] = (lambda m=model, c=config, s=settings: of_transformers(m, c, s),
                       lambda shape=shape: torch.randn(*shape))
    return found


def export(make, draw, folder):
    """Writes model.onnx and input.npy; gives what PyTorch computes."""
    torch.manual_seed(1)
    model, x = make().eval(), draw()
    with torch.no_grad():
        for part in model.modules():  # other statistics than the initial zeros and ones
            if isinstance(part, torch.nn.modules.batchnorm._BatchNorm):
                part.running_mean.uniform_(-0.3, 0.3)
                part.running_var.uniform_(0.7, 1.3)
        expected = model(x)
        with contextlib.redirect_stdout(io.StringIO()):
            torch.onnx.export(model, (x,), folder / "model.onnx", dynamo=True, external_data=False, verbose=False)
    numpy.save(folder / "input.npy", x.numpy())
    return expected.numpy()


def tenon(build, *arguments):
    done = subprocess.run([build / "bin" / "tenon", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout


def check(build, make, draw):
    """(largest difference relative to the largest output, compile's summary, seconds to compile)."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        expected = export(make, draw, folder)
        start = time.monotonic()
        summary = tenon(build, "compile", "--json", folder / "model.onnx", "-o", folder / "m.tenon")
        seconds = time.monotonic() - start
        tenon(build, "run", folder / "m.tenon", "--input", folder / "input.npy", "--output-dir", folder / "out")
        (result,) = (folder / "out").glob("*.npy")
        got = numpy.load(result)
        if got.shape != expected.shape:
            raise RuntimeError(f"shape {got.shape} instead of {expected.shape}")
        return abs(got - expected).max() / abs(expected).max(), json.loads(summary), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/default")
    parser.add_argument("--only", default="*", help="names to take, as a glob")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    passed, failed = 0, 0
    for name, (make, draw) in architectures().items():
        if not fnmatch.fnmatch(name, arguments.only):
            continue
        try:
            difference, summary, seconds = check(arguments.build, make, draw)
            right = difference < LIMIT
            launches = summary["entries"][0]["launches"]
            print(f"{name:20} {difference:.1e} {launches:4} launches, compiled in {seconds:.1f} s"
                  f"{'' if right else ': DIFFERS'}", flush=True)
        except Exception as error:
            right = False
            print(f"{name:20} FAILED: {type(error).__name__}: {' '.join(str(error).split())[:400]}", flush=True)
        passed, failed = passed + right, failed + (not right)
    print(f"{passed} agree, {failed} do not")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
