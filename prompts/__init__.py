"""Words: the versioned prompt files and their loader; knows no Python of ours."""

from prompts.loader import Prompt, PromptError, RenderedPrompt, load, prompt_names

__all__ = ["Prompt", "PromptError", "RenderedPrompt", "load", "prompt_names"]
