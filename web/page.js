// The chat: language, copying, sharing, printing, votes, and links inside the page.
(() => {
  const root = document.documentElement;
  const COOKIE = "bulletin-language";

  function show(language) {
    root.dataset.language = language;
    root.lang = language === "zh" ? "zh-CN" : "en";
  }

  const chosen = document.cookie.match(/(?:^|; )bulletin-language=(zh|en)/)?.[1];
  const wanted = (navigator.languages || [navigator.language]).find((tag) => /^(zh|en)\b/i.test(tag)) || "zh";
  show(chosen || wanted.slice(0, 2).toLowerCase());

  function say(place, name) {
    const text = place.querySelector(`[data-said="${name}"]`);
    place.querySelector(".status").innerHTML = text ? text.innerHTML : ""; // our own words, written by the server
  }

  async function copy(place, text) {
    try {
      await navigator.clipboard.writeText(text);
      say(place, "copied");
    } catch {
      say(place, "failed");
    }
  }

  async function vote(form, helpful) {
    const reason = form.querySelector("textarea").value;
    const body = JSON.stringify({ id: form.dataset.asked, helpful, reason });
    const headers = { "Content-Type": "application/json" };
    const done = await fetch("/api/vote", { method: "POST", headers, body }).catch(() => null);
    say(form, done && done.ok ? "voted" : "failed");
    return done && done.ok;
  }

  async function pressed(button) {
    const form = button.closest(".vote");
    if (button.dataset.do === "copy") await copy(button.parentElement, button.dataset.text);
    else if (button.dataset.do === "share") await copy(button.parentElement, location.origin + button.dataset.address);
    else if (button.dataset.do === "print") print();
    else if (button.dataset.do === "reason") {
      if (await vote(form, false)) form.querySelector(".why").hidden = true;
    } else if (form && button.dataset.helpful) {
      const helpful = button.dataset.helpful === "true";
      if (!(await vote(form, helpful))) return;
      form.querySelectorAll("[data-helpful]").forEach((one) => one.setAttribute("aria-pressed", one === button));
      const why = form.querySelector(".why");
      why.hidden = helpful;
      if (!helpful) why.querySelector("textarea").focus();
    }
  }

  // Where the service can't be reached, the question goes back into the box, and the words are ours.
  let last = "";

  function box() {
    return document.querySelector("#question textarea");
  }

  function outage(kind) {
    const place = document.querySelector("#outage .problem");
    if (!place) return;
    place.querySelectorAll("[data-out]").forEach((one) => (one.hidden = one.dataset.out !== kind));
    place.hidden = false;
    root.classList.add("out");
    for (const wait of [0, 200, 1000]) setTimeout(putBack, wait); // the box may be emptied only after this
  }

  function putBack() {
    const field = box();
    if (!field || field.value || !last || !root.classList.contains("out")) return;
    field.value = last;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function reached() {
    root.classList.remove("out");
    const place = document.querySelector("#outage .problem");
    if (place) place.hidden = true;
  }

  const ask = window.fetch.bind(window);
  window.fetch = async (...given) => {
    const address = String(given[0]?.url ?? given[0]);
    const asking = address.includes("/queue/join");
    try {
      const answer = await ask(...given);
      if (asking && answer.ok) reached();
      else if (asking) outage(answer.status === 503 || answer.status === 429 ? "busy" : "down");
      return answer;
    } catch (error) {
      if (address.includes("/queue/") && error.name !== "AbortError") outage("down");
      throw error;
    }
  };

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && event.target === box() && event.target.value.trim()) last = event.target.value;
    },
    true,
  );
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("button");
      if (button?.closest("#send") && box()?.value.trim()) last = box().value;
      else if (button?.closest("#examples, .suggestions")) last = button.textContent;
      if (button?.dataset.do === "again") document.querySelector("#send button")?.click();
    },
    true,
  );

  document.addEventListener("submit", (event) => {
    if (event.target.closest(".vote")) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const change = event.target.closest(".switch");
    if (change) {
      event.preventDefault(); // the conversation stays
      const next = root.dataset.language === "zh" ? "en" : "zh";
      show(next);
      document.cookie = `${COOKIE}=${next}; path=/; max-age=31536000; samesite=lax`;
      return;
    }
    const button = event.target.closest("button");
    if (button) {
      pressed(button);
      return;
    }
    // The page has a <base>, by which a plain #link would load it anew and lose the conversation.
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    const target = document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    const field = target.querySelector("textarea") || target;
    document.querySelectorAll(".found").forEach((other) => other.classList.remove("found"));
    target.classList.add("found");
    target.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });

  // Gradio draws the page after this script has run: watch for the question box and for each new question.
  let shown = "";
  new MutationObserver(() => {
    const field = document.querySelector("#question textarea:not([aria-labelledby])");
    if (field) field.setAttribute("aria-labelledby", "question-label");
    const asked = document.querySelector("#current .exchange");
    if (!asked || asked.id === shown) return;
    shown = asked.id;
    if (matchMedia("(pointer: coarse)").matches) document.activeElement?.blur(); // put the phone's keyboard away
    asked.scrollIntoView({ block: "start" });
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["id"] });
})();
