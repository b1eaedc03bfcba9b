// Counts down the time to answer. Without script the page says how long there is.
const countdown = document.querySelector(".countdown");
const announceAtSeconds = [30, 10];
const began = performance.now();

function start(element) {
  const total = Number(element.dataset.seconds);
  const due = announceAtSeconds.filter((seconds) => seconds < total);
  const shown = document.createElement("p");
  const bar = document.createElement("progress");
  const spoken = document.createElement("p");
  shown.setAttribute("aria-hidden", "true");
  bar.setAttribute("aria-hidden", "true");
  bar.max = 60;
  spoken.className = "visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  element.firstElementChild.className = "visually-hidden";
  element.append(bar, shown, spoken);

  function tick() {
    const left = Math.max(0, Math.ceil(total - (performance.now() - began) / 1000));
    const text = element.dataset.left.replace("{seconds}", left);
    shown.textContent = text;
    bar.value = left;
    if (left <= due[0]) {
      due.shift();
      spoken.textContent = text;
    }
    if (left > 0) setTimeout(tick, 1000);
  }
  tick();
}

if (countdown && Number(countdown.dataset.seconds) > 0) start(countdown);
