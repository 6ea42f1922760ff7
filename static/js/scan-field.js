// The field that is always ready for the next scan (REG-1, REG-2).
//
// It stands around an ordinary form, which works without it. A scan is taken off the field at once, together with the
// mode, line and selected blank of that moment, and joins a queue that is sent strictly one after another. Each part
// of an answer takes the place of the part of the page with its id; the field is no such part, so what is being typed
// meanwhile stays. No scan is ever dropped: it is answered, listed as refused, or waiting.
"use strict";

const LONGEST_PAUSE = 15_000; // between two attempts to reach the server, in milliseconds
const ATTEMPTS = 3; // after which a scan on which the server fails is shown, so that the next one gets its turn

// What happened, for who does not look: pairs of frequency in Hz and length in seconds.
const SOUNDS = {
  accepted: [[1320, 0.07]],
  removed: [[880, 0.05], [660, 0.07]],
  refused: [[196, 0.16], [156, 0.24]],
  add: [[660, 0.06], [990, 0.08]],
  remove: [[990, 0.06], [495, 0.12]],
};

class ScanField extends HTMLElement {
  #queue = [];
  #sending = false;
  #audio = null;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.form.elements.text;
    if (!this.field) return; // who may not scan gets no field
    this.form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    for (const radio of this.#modes()) radio.addEventListener("change", () => this.#announceMode(radio));
    window.addEventListener("beforeunload", (event) => this.#queue.length && event.preventDefault());
  }

  /** Enter, or the form's own button. The buttons Remove of the list belong to the form too, but lead elsewhere. */
  #onSubmit(event) {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    this.#take();
    this.field.focus();
  }

  /** Tab ends a scan as Enter does; in the empty field, and with Shift, it moves on as everywhere. */
  #onKey(event) {
    if (event.key !== "Tab" || event.shiftKey || !this.field.value.trim()) return;
    event.preventDefault();
    this.#take();
  }

  /** Take the text off the field: a command barcode is obeyed here and now, anything else is queued. */
  #take() {
    const text = this.field.value;
    const body = new URLSearchParams(new FormData(this.form));
    this.field.value = "";
    if (!text.trim()) return;
    const commanded = this.#modes().find((radio) => radio.dataset.command === text.trim().toUpperCase());
    if (commanded) {
      commanded.checked = true;
      this.#announceMode(commanded);
      return;
    }
    // A selected blank is filled once: this scan has it, the next one must not.
    if (this.form.elements.blank) this.form.elements.blank.value = "";
    this.#queue.push({ text, body, url: this.form.action, failures: 0 });
    this.#send();
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    for (let pause = 500; this.#queue.length; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const trouble = await this.#sendFirst();
      this.#showWaiting(trouble);
      if (trouble) await new Promise((resolve) => setTimeout(resolve, pause));
      else pause = 250;
    }
    this.#sending = false;
  }

  /** Send the first scan of the queue; say what stands in the way when it has to wait. */
  async #sendFirst() {
    const scan = this.#queue[0];
    const answer = await this.#post(scan);
    if (!answer) return "offline";
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      // Signed out, or signed in again since the page was opened. Once renewed, a 403 is the rights' own answer.
      const hindrance = scan.renewed ? "" : await this.#renew();
      scan.renewed = !hindrance && answer.status === 403;
      if (hindrance || answer.status !== 403 || !scan.answered403) {
        scan.answered403 = answer.status === 403;
        return hindrance || "offline";
      }
    }
    if (answer.status >= 500 && ++scan.failures < ATTEMPTS) return "offline";
    this.#queue.shift();
    this.#show(scan, answer.status < 500 ? await answer.text() : "");
    return "";
  }
}

customElements.define("scan-field", ScanField);
