// The interface language: what the reader chose before, or else what the browser asks for.
(() => {
  const root = document.documentElement;
  const KEY = "bulletin-language";

  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be forbidden
    }
  }

  function show(language) {
    root.dataset.language = language;
    root.lang = language === "zh" ? "zh-CN" : "en";
  }

  const wanted = (navigator.languages || [navigator.language]).find((tag) => /^(zh|en)\b/i.test(tag)) || "zh";
  show(remembered() || wanted.slice(0, 2).toLowerCase());

  document.addEventListener("click", (event) => {
    if (event.target.closest(".switch")) {
      const next = root.dataset.language === "zh" ? "en" : "zh";
      show(next);
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // the choice then lasts as long as the page
      }
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
