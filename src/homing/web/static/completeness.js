// Says while one types what a referral still lacks. The server asks again.
const form = document.querySelector("[data-completeness]");
const needs = [...form.querySelectorAll("[data-need]")];
const icons = {
  true: '<path d="m3 8.5 3.2 3.2L13 4.8"/>',
  false: '<path d="M3 8h10"/>',
};
const tell = () => {
  let met = 0;
  for (const need of needs) {
    const done = need.dataset.need.split(" ").some((name) => form.elements[name]?.value?.trim());
    met += done ? 1 : 0;
    const mark = need.querySelector("[data-need-icon]");
    mark.className = done ? "good-text" : "faint";
    mark.querySelector("svg").innerHTML = icons[done];
  }
  const percent = Math.round((100 * met) / needs.length);
  form.querySelector("[data-meter]").setAttribute("width", String(percent));
  form.querySelector("[data-percent]").textContent = `${percent} %`;
};
form.addEventListener("input", tell);
tell();
