"""One request to a language model, through the official client."""

from openai import OpenAI

MODEL = "gpt-4o-mini"


def complete(task: str, material: str, answer_format: str = "text") -> str:
    """Return the model's answer to *task* on *material*; *answer_format* is "text" or "json_object".

    The key and the address come from OPENAI_API_KEY and OPENAI_BASE_URL.
    """
    # A client of its own for each request: a client kept in a global would be state that one step leaves
    # behind for the next, and a step that hands such state on cannot be skipped by itself.
    with OpenAI() as client:
        answer = client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "system", "content": task}, {"role": "user", "content": material}],
            response_format={"type": answer_format},
            temperature=0,
        )
    return answer.choices[0].message.content or ""
