// Dark mode follows the system. In the head, so that the page never flashes in the other colours.
"use strict";

const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

function followSystem() {
  document.documentElement.dataset.bsTheme = prefersDark.matches ? "dark" : "light";
}

followSystem();
prefersDark.addEventListener("change", followSystem);
document.documentElement.classList.add("js");
