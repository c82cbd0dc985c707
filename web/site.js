// The pages beside the chat: printing, and choosing a place in a document on the desk.
(() => {
  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-do="print"]')) print();
  });

  // Where a selection begins in the source: every run of text says where it starts.
  function place(node, offset) {
    const run = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest("[data-s]");
    return run ? Number(run.dataset.s) + (node.nodeType === Node.TEXT_NODE ? offset : 0) : null;
  }

  const article = document.querySelector("[data-selects]");
  const field = article && document.getElementById(article.dataset.selects);
  const near = document.getElementById("near");
  if (!article || !field || !near) return;

  let waiting;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const selection = getSelection();
      if (!selection.rangeCount || selection.isCollapsed) return;
      const range = selection.getRangeAt(0);
      if (!article.contains(range.commonAncestorContainer)) return;
      const text = selection.toString().trim();
      if (!text) return;
      field.value = text;
      near.value = place(range.startContainer, range.startOffset) ?? "";
    }, 150);
  });

  // The cited place comes into view inside its own pane, the form stays where it is.
  const at = document.getElementById("at");
  if (at && article.scrollHeight > article.clientHeight) article.scrollTop = at.offsetTop - article.offsetTop - 120;
})();
