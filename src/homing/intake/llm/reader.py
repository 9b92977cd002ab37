"""Asks an OpenAI-compatible endpoint, checks each answer against the page, and asks again where it does not hold."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homing.intake.llm import grounding, prompt
from homing.intake.llm.answer import Answer
from homing.intake.llm.endpoint import LONGEST_SECONDS, Endpoint, Output
from homing.intake.llm.grounding import NotGrounded
from homing.intake.llm.ports import Grounded, Outcome
from homing.intake.llm.prompt import NumberedLine
from homing.intake.reading.types import PageText
from homing.kit.errors import HomingError

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Request
    from pydantic_ai import Agent, RunContext

#: How often a model is told what does not hold; after that, what holds is taken.
RETRIES: Final = 2
_CONNECT_SECONDS: Final = 5.0
_MOST_OUTPUT_TOKENS: Final = 4000
#: They write a line for each request, and some of their versions whole requests, that is patients.
_TALKATIVE: Final = ("openai", "httpx2", "httpcore2", "pydantic_ai", "genai-prices")


class LLMNotInstalled(HomingError):
    """What asks a language model is not installed. Install it: pip install "homing[llm]"."""

    code = "llm_not_installed"


@dataclass(slots=True)
class _Session:
    lines: dict[str, NumberedLine]
    wanted: frozenset[str]
    #: Requests sent, answers in the shape asked for, and the last answer's values that do not and that do hold.
    requests: int = 0
    answers: int = 0
    refused: int = 0
    values: tuple[Grounded, ...] = ()

    async def count(self, _request: Request) -> None:
        """Count a request that is about to leave."""
        self.requests += 1


@dataclass(frozen=True, slots=True)
class LLMReader:
    """Asks one endpoint. Raises LLMNotInstalled when it is made and the libraries are missing."""

    endpoint: Endpoint

    def __post_init__(self) -> None:
        check_installed()

    def read(self, pages: Sequence[PageText], wanted: Sequence[str], *, seconds: float) -> Outcome:
        """Return what the model finds and the pages hold. The outside may fail in any way: `problem` says how."""
        every = prompt.numbered(pages)
        # A character of English is a third of a token, and the text is sent again with each retry.
        lines = prompt.fitting(every, self.endpoint.tokens * 3 // (RETRIES + 1))
        if not lines:
            return Outcome(left_out=len(every))
        session = _Session({line.id: line for line in lines}, frozenset(wanted))
        problem = asyncio.run(_ask(self.endpoint, session, prompt.question(lines, wanted), seconds))
        return Outcome(session.values, problem, session.requests, session.refused, len(every) - len(lines))


def check_installed() -> None:
    """Return if the libraries are there. Raises LLMNotInstalled."""
    # Looked for, not imported: a web server that only shows the switch does not need 100 MB of it.
    if not all(map(importlib.util.find_spec, ("openai", "pydantic_ai"))):
        raise LLMNotInstalled


async def _ask(endpoint: Endpoint, session: _Session, question: str, seconds: float) -> str:
    """Return the code of what went wrong, "" where nothing did; `session` keeps what was found until then."""
    from httpx2 import AsyncClient
    from pydantic_ai import UsageLimits, exceptions

    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    limits = UsageLimits(request_limit=RETRIES + 1, total_tokens_limit=endpoint.tokens)
    # No proxy of the environment, and no way on to an address that nobody has agreed to.
    client = AsyncClient(trust_env=False, follow_redirects=False, event_hooks={"request": [session.count]})
    try:
        async with client, asyncio.timeout(seconds):
            await _agent(endpoint, client).run(question, deps=session, usage_limits=limits)
    except TimeoutError:
        return "timeout"
    # What these errors say may quote the page: only their kind goes further.
    except (exceptions.AgentRunError, exceptions.UserError) as error:
        return _code_of(error, session)
    return ""


def _code_of(error: Exception, session: _Session) -> str:
    from pydantic_ai import exceptions

    match error:
        case exceptions.ModelHTTPError():
            return f"http_{error.status_code}"
        case exceptions.ModelAPIError():
            return "unreachable"
        case exceptions.UsageLimitExceeded():
            return "over_budget"
        case exceptions.UnexpectedModelBehavior():
            # Told often enough what does not hold: what held is taken.
            return "" if session.answers else "bad_answer"
    # What the library knows of this model does not go with the settings.
    return "bad_settings" if isinstance(error, exceptions.UserError) else "failed"


def _agent(endpoint: Endpoint, client: AsyncClient) -> Agent[_Session, Answer]:
    from httpx2 import Timeout
    from openai import AsyncOpenAI
    from pydantic_ai import Agent, NativeOutput, ToolOutput
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    # Without a key of ours none is sent: the library would take OPENAI_API_KEY, which is meant for somebody else.
    sdk = AsyncOpenAI(
        base_url=endpoint.url,
        api_key=endpoint.key or "none",
        http_client=client,
        timeout=Timeout(LONGEST_SECONDS, connect=_CONNECT_SECONDS),
        max_retries=0,
    )
    shape = NativeOutput if endpoint.output is Output.JSON else ToolOutput
    # The operator knows the server; the library guesses from the model's name what it can do.
    model = OpenAIChatModel(
        endpoint.model,
        provider=OpenAICompatibleProvider("homing", openai_client=sdk),
        profile={"supports_json_schema_output": True, "supports_tools": True},
    )
    agent = Agent(
        model,
        output_type=shape(Answer, name="fields"),
        deps_type=_Session,
        instructions=prompt.INSTRUCTIONS,
        retries=RETRIES,
        model_settings={"temperature": 0.0, "max_tokens": min(_MOST_OUTPUT_TOKENS, endpoint.tokens)},
    )
    agent.output_validator(_checked)
    return agent


def _checked(context: RunContext[_Session], answer: Answer) -> Answer:
    """Keep what holds; tell the model what does not. Raises ModelRetry."""
    from pydantic_ai import ModelRetry

    session, values, refusals = context.deps, list[Grounded](), list[str]()
    for one in answer.fields:
        if one.field not in session.wanted:
            continue
        try:
            values.append(grounding.ground(one, session.lines))
        except NotGrounded as refusal:
            refusals.append(str(refusal))
    session.answers += 1
    session.values, session.refused = grounding.together(values), len(refusals)
    if refusals:
        raise ModelRetry("Some of this does not hold:\n- " + "\n- ".join(refusals) + "\nGive all fields again.")
    return answer
