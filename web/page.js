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

  // The conversation is kept here, as long as this tab is open, and nowhere else: a reload loses nothing, not even a
  // question on its way. The questions before it go with the next one.
  const KEPT = "bulletin-conversation";
  const MOST = 20; // exchanges
  let kept = { address: location.search, asking: "", exchanges: [] };
  try {
    const read = JSON.parse(sessionStorage.getItem(KEPT));
    const again = performance.getEntriesByType("navigation")[0]?.type !== "navigate"; // loaded anew, or gone back to
    const same = read?.address === location.search && (again || !location.search); // a link that is opened asks
    if (same && Array.isArray(read.exchanges)) kept = read;
  } catch {
    // nothing is kept, or this browser keeps nothing
  }

  function keep(change) {
    kept = { ...kept, ...change };
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // this browser keeps nothing: what was said stays on the page
    }
  }

  function clear() {
    keep({ asking: "", exchanges: [] });
    if (location.search) location.assign(location.pathname); // or the address would ask its question again
    else location.reload();
  }

  let number = kept.exchanges.at(-1)?.number || 0; // of the latest exchange
  let place = null; // of those before it

  function showEarlier() {
    if (place) place.innerHTML = kept.exchanges.map((one) => one.html).join(""); // as our server wrote them
  }

  const linked = new URLSearchParams(location.search); // a link may ask a question, after others
  const isAsking = Boolean(linked.get("q")) && !kept.exchanges.length;

  function said() {
    const before = linked.get("before")?.split("\n") || [];
    return JSON.stringify({ count: number, questions: [...before, ...kept.exchanges.map((one) => one.question)] });
  }

  // Where one lives is kept in the browser alone, and sent with each question. Of many districts some are offered, and
  // the others looked for as one types.
  const LIVES = "bulletin-district";

  function lives(element) {
    const field = element.querySelector("select, input");
    if (!field) return;
    const kept = document.cookie.match(/(?:^|; )bulletin-district=([^;]*)/);
    field.value = kept ? decodeURIComponent(kept[1]) : "";
    const offered = element.querySelector("datalist");
    if (!offered && field.selectedIndex < 0) field.value = "";

    async function districts(words) {
      const found = await fetch(`/api/districts?q=${encodeURIComponent(words)}`).catch(() => null);
      return found?.ok ? (await found.json()).districts : [];
    }

    async function choose() {
      const place = field.value.trim();
      const known = !place || !offered || (await districts(place)).includes(place);
      field.setAttribute("aria-invalid", !known);
      const wrong = element.querySelector(".wrong");
      if (wrong) wrong.hidden = known;
      const days = known && place ? 31536000 : 0;
      document.cookie = `${LIVES}=${encodeURIComponent(place)}; path=/; samesite=lax; max-age=${days}`;
    }

    let waiting;
    field.addEventListener("change", choose);
    if (!offered) return;
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        const found = await districts(field.value.trim());
        offered.replaceChildren(...found.map((name) => Object.assign(document.createElement("option"), { value: name })));
      }, 150);
    });
  }

  window.bulletin = {
    lives,
    said,
    earlier(element, trigger) {
      place = element;
      showEarlier();
      if (isAsking) trigger("select", { question: linked.get("q") });
      if (kept.asking && !isAsking) outage("back"); // the page was loaded anew with a question on its way
    },
  };

  // Where the service can't be reached, the question stays in the box, and the words are ours.
  function box() {
    return document.querySelector("#question textarea");
  }

  function fill(text) {
    const field = box();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  let asked = false; // since the page was loaded

  function asks(question) {
    asked = true;
    keep({ asking: question });
  }

  function outage(kind) {
    const place = document.querySelector("#outage .problem");
    if (!place) return;
    place.querySelectorAll("[data-out]").forEach((one) => (one.hidden = one.dataset.out !== kind));
    place.hidden = false;
    root.classList.add("out");
    if (box() && !box().value) fill(kept.asking);
  }

  function reached() {
    root.classList.remove("out");
    const place = document.querySelector("#outage .problem");
    if (place) place.hidden = true;
  }

  async function watch(stream) {
    const reader = stream.getReader();
    try {
      while (!(await reader.read()).done);
    } catch (error) {
      if (error.name !== "AbortError" && kept.asking) outage("down");
    }
  }

  const ask = window.fetch.bind(window);
  window.fetch = async (...given) => {
    const address = String(given[0]?.url ?? given[0]);
    try {
      const answer = await ask(...given);
      if (address.includes("/queue/join")) {
        if (answer.ok && asked) reached();
        else if (!answer.ok) outage(answer.status === 503 || answer.status === 429 ? "busy" : "down");
      } else if (address.includes("/queue/data") && answer.ok && answer.body) {
        const [given, watched] = answer.body.tee();
        watch(watched);
        return new Response(given, answer);
      }
      return answer;
    } catch (error) {
      if (address.includes("/queue/") && error.name !== "AbortError") outage("down");
      throw error;
    }
  };

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && event.target === box() && event.target.value.trim()) asks(event.target.value);
    },
    true,
  );
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("button");
      if (button?.closest("#send") && box()?.value.trim()) asks(box().value);
      else if (button?.closest("#examples, .suggestions")) asks(button.textContent);
      if (button?.dataset.do === "again") document.querySelector("#send button")?.click();
      else if (button?.dataset.do === "clear") clear();
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
  let whole = "";
  new MutationObserver(() => {
    const field = document.querySelector("#question textarea:not([aria-labelledby])");
    if (field) {
      field.setAttribute("aria-labelledby", "question-label");
      if (root.classList.contains("out") && !field.value) fill(kept.asking);
    }
    const exchange = document.querySelector("#current .exchange");
    if (!exchange || exchange.id === whole) return;
    const shown = Number(exchange.id.slice(1)); // q12
    if (shown > number) {
      number = shown;
      if (box()?.value.trim() === kept.asking.trim()) fill(""); // it was taken
      showEarlier();
      if (matchMedia("(pointer: coarse)").matches) document.activeElement?.blur(); // put the phone's keyboard away
      exchange.scrollIntoView({ block: "start" });
    }
    if (exchange.querySelector(".tools")) {
      whole = exchange.id;
      const question = exchange.querySelector(".asked bdi").textContent;
      const one = { number, question, html: exchange.outerHTML };
      keep({ asking: "", exchanges: [...kept.exchanges, one].slice(-MOST) });
    } else if (exchange.querySelector(".problem")) {
      whole = exchange.id;
      keep({ asking: "" }); // it is offered again where it stands
    }
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["id"] });
})();
