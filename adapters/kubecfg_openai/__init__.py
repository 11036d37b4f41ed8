"""Solutions from a language model, over any API that is compatible with OpenAI's."""

from kubecfg_openai.llm import OpenAILLM
from kubecfg_openai.redaction import redact

__all__ = ["OpenAILLM", "redact"]
