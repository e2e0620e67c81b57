
"use strict";
(() => {
  const steps = JSON.parse(document.getElementById("report").textContent).steps;
  const rows = steps.map((_, i) => document.getElementById("step" + i));
  const body = document.getElementById("steps");
  const shown = document.getElementById("shown");
  const filters = ["name", "state", "project"].map(id => document.getElementById(id));
  const stateOf = i => rows[i].querySelector(".state").textContent;
  const isWaiting = phase => phase.phase.startsWith("waiting");
  const took = step => step.phases.reduce((sum, phase) => sum + (isWaiting(phase) ? 0 : phase.end - phase.start), 0);
  const began = step => step.phases.length > 0 ? step.phases[0].start : Infinity;
  const keys = {
    name: i => steps[i].name, project: i => steps[i].project, state: stateOf,
    began: i => began(steps[i]), took: i => took(steps[i]),
  };

  const filter = () => {
    const [name, state, project] = filters.map(field => field.value);
    const wanted = name.toLowerCase();
    let count = 0;
    steps.forEach((step, i) => {
      const fits = step.name.toLowerCase().includes(wanted) && (state === "" || stateOf(i) === state) && (project === "" || step.project === project);
      rows[i].hidden = !fits;
      count += fits ? 1 : 0;
    });
    shown.textContent = count + " of " + steps.length + " steps are shown";
  };

  const compare = (a, b) => typeof a === "string" ? a.localeCompare(b) : a === b ? 0 : a < b ? -1 : 1;

  const sort = head => {
    const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    for (const other of document.querySelectorAll("th[aria-sort]")) {
      other.removeAttribute("aria-sort");
    }

    head.setAttribute("aria-sort", direction);
    const key = keys[head.dataset.sort];
    const order = steps.map((_, i) => ({ i, value: key(i) }));
    order.sort((a, b) => (direction === "ascending" ? compare(a.value, b.value) : compare(b.value, a.value)) || a.i - b.i);
    body.append(...order.map(entry => rows[entry.i]));
  };

  for (const head of document.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head));
    head.replaceChildren(button);
  }

  document.querySelector("th[data-sort=began]").setAttribute("aria-sort", "ascending");
  document.getElementById("filters").hidden = false;
  document.getElementById("filters").addEventListener("submit", event => event.preventDefault());
  filters.forEach(field => field.addEventListener("input", filter));
  filter();
})();
