"""Solutions from a language model, over any API that is compatible with OpenAI's."""

from kubecfg_openai.llm import OpenAILLM

__all__ = ["OpenAILLM"]
