// A button at each citation of an action, which copies it. Where a browser lets nothing be copied,
// the citation is chosen, so that a key can copy it.
document.addEventListener("DOMContentLoaded", () => {
  const words = WORDS;
  for (const cited of document.querySelectorAll(".cited p")) {
    const button = document.createElement("button");
    const said = document.createElement("span");
    button.type = "button";
    button.textContent = words.copy;
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      getSelection().selectAllChildren(cited);
      try {
        await navigator.clipboard.writeText(cited.textContent);
        said.textContent = " " + words.copied;
      } catch {
        said.textContent = "";
      }
    });
    cited.after(button, said);
  }
});
