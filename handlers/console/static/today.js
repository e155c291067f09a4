// A sound when more is pressing than a moment ago, for who wants it; and a sentence for screen readers.
(function () {
  "use strict";
  var button = document.getElementById("sound"), news = document.getElementById("news");
  if (!button || !window.localStorage) return;
  var on = localStorage.getItem("ripoti.sound") === "on", context;
  function alarms() {
    var lines = document.getElementById("lines");
    return lines ? Number(lines.dataset.alarms) : 0;
  }
  function show() {
    button.setAttribute("aria-pressed", String(on));
  }
  function sound() {
    context = context || new AudioContext();
    [0, 0.25].forEach(function (at) {
      var tone = context.createOscillator(), volume = context.createGain();
      tone.frequency.value = 660;
      volume.gain.value = 0.15;
      tone.connect(volume).connect(context.destination);
      tone.start(context.currentTime + at);
      tone.stop(context.currentTime + at + 0.15);
    });
  }
  button.hidden = false;
  show();
  button.addEventListener("click", function () {
    on = !on;
    localStorage.setItem("ripoti.sound", on ? "on" : "off");
    show();
    if (on) sound();
  });
  var before = alarms();
  document.body.addEventListener("htmx:afterSwap", function () {
    var now = alarms();
    if (now > before) {
      news.textContent = news.dataset.more;
      if (on) sound();
    }
    before = now;
  });
})();
