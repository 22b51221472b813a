"""What AutoModel.from_pretrained(folder, trust_remote_code=True) loads: weights are in model.onnx. Needs voc-toolkit."""

from voc.onnxbert import OnnxBert as OnnxBert
