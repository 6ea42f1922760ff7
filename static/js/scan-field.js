// The field that is always ready for the next scan (REG-1, REG-2).
//
// It stands around an ordinary form, which works without it. A scan is taken off the field at once, together with the
// mode, line and selected blank of that moment, and joins a queue that is sent strictly one after another. Each part
// of an answer takes the place of the part of the page with its id; the field is in none, so what is being typed
// meanwhile stays. No scan is ever dropped: it is answered, listed as refused, or waiting.
"use strict";

const PAUSES = { first: 500, longest: 15_000 }; // between two attempts to reach the server, in milliseconds
const PATIENCE = 30_000; // for one answer
const ATTEMPTS = 3; // when the server itself fails on a scan; then the scan is shown, and the next one gets its turn

// What happened, for who does not look: the pitches in Hz, and the length of each in seconds.
const SOUNDS = {
  accepted: { pitches: [1320], length: 0.07 },
  removed: { pitches: [880, 660], length: 0.06 },
  refused: { pitches: [196, 147], length: 0.22 },
  add: { pitches: [660, 990], length: 0.07 },
  remove: { pitches: [990, 495], length: 0.11 },
};

class ScanField extends HTMLElement {
  #queue = [];
  #sending = false;
  #trouble = ""; // why the queue waits: "offline" or "signed-out"
  #audio = null;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.form.elements.text;
    if (!this.field) return; // who may not scan has no field
    this.form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    for (const radio of this.#modes()) radio.addEventListener("change", () => this.#enterMode(radio));
    window.addEventListener("beforeunload", (event) => this.#queue.length && event.preventDefault());
  }

  /** Enter, or the form's own button. The buttons of the list belong to the form too, but lead elsewhere. */
  #onSubmit(event) {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    this.#take();
  }

  /** Tab ends a scan as Enter does; in the empty field, and with Shift, it moves on as everywhere. */
  #onKey(event) {
    if (event.key !== "Tab" || event.shiftKey || !this.field.value.trim()) return;
    event.preventDefault();
    this.#take();
  }

  /** Take the text off the field: a command barcode is obeyed at once, anything else is queued. */
  #take() {
    const text = this.field.value;
    const body = new URLSearchParams(new FormData(this.form));
    this.field.value = "";
    this.field.focus();
    if (!text.trim()) return;
    const mode = this.#modes().find((radio) => radio.dataset.command === text.trim().toUpperCase());
    if (mode) {
      mode.checked = true;
      this.#enterMode(mode);
      return;
    }
    // This scan fills the selected blank, so the next one must not.
    if (this.form.elements.blank) this.form.elements.blank.value = "";
    this.#queue.push({ text, body, url: this.form.action, failures: 0, renewed: false });
    this.#showWaiting();
    this.#send();
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let pause = PAUSES.first; this.#queue.length; ) {
        this.#trouble = await this.#sendFirst();
        this.#showWaiting();
        if (this.#trouble) await new Promise((resolve) => setTimeout(resolve, pause));
        pause = this.#trouble ? Math.min(2 * pause, PAUSES.longest) : PAUSES.first;
      }
    } finally {
      this.#sending = false;
    }
  }

  /** Send the first scan of the queue, and take it off when it is answered. Returns why it has to wait, or "". */
  async #sendFirst() {
    const scan = this.#queue[0];
    if (this.#trouble === "signed-out" && !(await this.#renew())) return "signed-out";
    const answer = await this.#request(scan.url, scan);
    if (!answer || answer.status === 429 || answer.status > 500) return "offline";
    if (isSignedOut(answer)) return "signed-out";
    if (answer.status === 403 && !scan.renewed) {
      // Another session may have begun since the page was opened. The second 403 is about the user's rights.
      scan.renewed = true;
      return (await this.#renew()) ? "" : "signed-out";
    }
    if (answer.status === 500 && ++scan.failures < ATTEMPTS) return "offline";
    const html = answer.status === 500 ? "" : await answer.text().catch(() => "");
    this.#queue.shift();
    this.#show(scan, new DOMParser().parseFromString(html, "text/html"));
    return "";
  }

  /** The server's answer, or null when there is none. */
  async #request(url, scan) {
    const headers = { "HX-Request": "true" };
    scan?.body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    const options = scan ? { method: "POST", headers, body: scan.body } : {};
    return fetch(url, { ...options, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  }

  /** Take the token of the present session, if it is the same user's: nobody sends what another one scanned. */
  async #renew() {
    const answer = await this.#request(this.dataset.page);
    if (!answer?.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("scan-field");
    if (fresh?.dataset.user !== this.dataset.user) return false;
    const token = fresh.querySelector("[name=csrfmiddlewaretoken]").value;
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
    return true;
  }

  #show(scan, page) {
    const verdict = page.querySelector("[data-verdict]")?.dataset.verdict || "refused";
    const words = page.querySelector("[data-part=verdict]") ?? page.body;
    const said = words.textContent.trim().replace(/\s+/g, " ") || this.dataset.failed;
    for (const part of [...page.body.children]) {
      if (part.id) document.getElementById(part.id)?.replaceWith(part);
    }
    if (verdict === "refused") this.#addRefused(scan.text, said);
    this.#part("said").textContent = said;
    this.#sound(verdict);
  }

  /** A refused scan stays in sight until somebody dismisses it. */
  #addRefused(text, why) {
    const item = this.querySelector("template").content.firstElementChild.cloneNode(true);
    item.querySelector("[data-part=text]").textContent = text;
    item.querySelector("[data-part=why]").textContent = why;
    item.querySelector("button").addEventListener("click", () => {
      item.remove();
      this.field.focus();
    });
    this.#part("refused").prepend(item);
  }

  #showWaiting() {
    const waiting = this.#part("waiting");
    waiting.hidden = !this.#trouble || !this.#queue.length;
    this.#part("count").textContent = this.#queue.length;
    for (const why of waiting.querySelectorAll("[data-why]")) why.hidden = why.dataset.why !== this.#trouble;
  }

  #modes() {
    return [...this.form.querySelectorAll("[data-command]")];
  }

  #enterMode(radio) {
    this.#part("said").textContent = radio.labels[0].textContent.trim();
    this.#sound(radio.value);
    this.field.focus();
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #sound(name) {
    this.#audio ??= window.AudioContext && new AudioContext();
    if (!this.#audio) return;
    SOUNDS[name].pitches.forEach((pitch, at) => {
      const { length } = SOUNDS[name];
      const [tone, volume] = [this.#audio.createOscillator(), this.#audio.createGain()];
      const start = this.#audio.currentTime + at * length;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.15, start);
      volume.gain.linearRampToValueAtTime(0, start + length); // without a click at the end
      tone.connect(volume).connect(this.#audio.destination);
      tone.start(start);
      tone.stop(start + length);
    });
  }
}

/** Whether the answer sends to the sign-in page, by a redirect or by the header that htmx obeys. */
function isSignedOut(answer) {
  return answer.type === "opaqueredirect" || answer.headers.has("HX-Redirect");
}

customElements.define("scan-field", ScanField);
