"""Turns the HTML that some extractors give into text, with html-text.

Called by `cargo xtask bench extraction` on the output of a peer:
`to_text.py OUT PREDICTIONS`. Text stays as it is; HTML becomes text with a line
break between blocks. PREDICTIONS is what the scorer of the page sets reads.
No time is measured here: peers that give text are not to pay for it.
"""

import json
import sys

import html_text


def main():
    out_path, predictions_path = sys.argv[1:]
    predictions = {}
    with open(out_path, encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            if "html" in found:
                text = html_text.extract_text(found["html"]) if found["html"] else ""
            elif "text" in found:
                text = found["text"]
            else:
                continue
            predictions[found["id"]] = {"articleBody": text}
    with open(predictions_path, "w", encoding="utf-8") as file:
        json.dump(predictions, file)


if __name__ == "__main__":
    main()
