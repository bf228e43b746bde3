// Makes links of the criteria that a scenario names. Allure links only addresses with a scheme, and the acceptance
// page stands beside the report, wherever an owner keeps the two.
new MutationObserver(() => {
  for (const shown of document.querySelectorAll('[data-testid="test-result-meta-link"] > span')) {
    if (!/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\d{2}$/.test(shown.textContent)) continue;
    let link = shown.querySelector("a");
    if (!link) {
      link = document.createElement("a");
      link.append(...shown.childNodes);
      shown.append(link);
    }
    const place = `../acceptance.html#${shown.textContent}`;
    if (link.getAttribute("href") !== place) link.setAttribute("href", place);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
