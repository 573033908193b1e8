// Shows the view that the coach sends, and sends what is pressed. The view is made in Python
// (skill/page/view.py); every word comes from there or from the dictionary in index.html.
"use strict";
(() => {
  const LOST_AFTER_MS = 5000;
  const AGAIN_MS = 1000;
  const PRESS_MS = 3000; // what is pressed is meant now
  const DRAWINGS_MS = 20000;
  const SLACK_MS = 200; // a beat that differs by less than this was only late
  const byId = (id) => document.getElementById(id);
  const dictionary = Object.fromEntries(
    [...byId("dictionary").querySelectorAll("dt")].map((name) => [name.textContent, name.nextElementSibling.textContent]),
  );
  const word = (name, values = {}) => dictionary[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const written = new Map(word("written").split(" ").map((one) => [one.toLowerCase(), one])); // phrases are lower case
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const write = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  const mark = (node, name, value) => {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  };

  let view = null;
  let past = null; // what is known of earlier sessions
  let made = null; // names the program that sent the first view
  let drawings = {};
  let shown = null; // name of the drawing on the page
  let ahead = 0; // session's time minus this page's clock
  let beatAt = -Infinity;
  let begunAt = 0; // when the connection was begun, or failed
  let source = null;
  let trouble = "";
  let moving = false; // whether a frame has been asked for

  // What is shown

  function state() {
    if (performance.now() - beatAt > LOST_AFTER_MS) return view && view.over ? "over" : "lost";
    if (!view) return "waiting";
    return view.over ? "over" : "following";
  }

  function show() {
    const now = state();
    document.body.dataset.state = now;
    const link = now === "lost" ? word("connecting") : view && view.deaf ? word("deaf") : view && view.mute ? word("mute") : trouble;
    write(byId("link"), link);
    if (!view) {
      write(byId("title"), word("getting ready"));
      return;
    }
    document.body.dataset.phase = view.phase;
    write(byId("phase"), now === "over" ? "" : word(view.phase));
    write(byId("exercise"), view.exercise);
    write(byId("count"), word("step", view));
    write(byId("title"), now === "over" ? word("over") : view.title);
    write(byId("brief"), now === "over" ? "" : view.brief);
    showDrawing();
    showTalk();
    buttons(byId("big"), view.big);
    buttons(byId("urgent"), view.urgent);
    buttons(byId("small"), view.small);
    byId("more").hidden = view.small.length === 0;
    showPast();
    showHistory();
    byId("time").hidden = !view.timer;
    tick();
    move();
  }

  function showDrawing() {
    const name = view.over || !(view.drawing in drawings) ? "" : view.drawing;
    if (name === shown) return;
    shown = name;
    const place = byId("drawing");
    place.replaceChildren();
    place.setAttribute("aria-label", "");
    if (!name) return;
    const svg = new DOMParser().parseFromString(drawings[name], "image/svg+xml").documentElement;
    const description = svg.querySelector("desc");
    place.setAttribute("aria-label", description ? description.textContent : view.title);
    svg.setAttribute("aria-hidden", "true");
    place.append(svg.querySelector("style") ? image(name) : document.importNode(svg, true));
  }

  // A drawing's own style sheet does not count in the page, which allows none but its own: it would
  // be a black shape. In an image it counts, and only there.
  function image(name) {
    const image = new Image();
    image.alt = "";
    image.src = `data:image/svg+xml,${encodeURIComponent(drawings[name])}`;
    return image;
  }

  function showTalk() {
    const said = view.captions.filter((line) => line.coach).pop();
    const saying = byId("saying");
    write(saying, view.saying || (said ? said.text : ""));
    saying.classList.toggle("past", !view.saying);
    let heard = view.heard ? word("you said", { words: view.heard }) : "";
    if (view.unheard) heard = word("unheard", { words: view.unheard });
    if (view.partial) heard = word("hearing", { words: view.partial });
    write(byId("heard"), heard);
  }

  function showPast() {
    const lines = view.captions.map((line) => {
      const item = document.createElement("li");
      item.className = line.coach ? "coach" : "you";
      item.textContent = line.coach ? line.text : word("you said", { words: line.text });
      return item;
    });
    const list = byId("dialogue");
    const text = lines.map((line) => line.textContent).join("\n");
    if (list.dataset.text === text) return;
    list.dataset.text = text;
    list.replaceChildren(...lines);
    byId("past").hidden = lines.length === 0;
  }

  function showHistory() {
    byId("history").hidden = !past;
    if (!past) return;
    write(byId("summary"), word("past", past));
    write(byId("days-title"), word("days", { days: past.days.length }));
    const most = Math.max(1, ...past.days);
    byId("days").replaceChildren(
      ...past.days.map((minutes) => {
        const bar = document.createElement("li");
        bar.style.height = `${(100 * minutes) / most}%`;
        return bar;
      }),
    );
  }

  // Buttons stay what they are as long as their command does, so that the focus stays as well.
  function buttons(place, wanted) {
    const old = new Map([...place.children].map((button) => [button.dataset.key, button]));
    const fresh = wanted.map((one) => {
      const key = `${one.command} ${one.argument || ""}`;
      const button = old.get(key) || document.createElement("button");
      button.type = "button";
      button.dataset.key = key;
      button.onclick = () => press(button, one);
      write(button, one.words.split(" ").map((each) => written.get(each) || each).join(" "));
      return button;
    });
    const same = fresh.length === place.children.length && fresh.every((button, at) => place.children[at] === button);
    if (same) return;
    const focused = place.contains(document.activeElement) ? document.activeElement : null;
    place.replaceChildren(...fresh);
    if (focused && place.contains(focused)) focused.focus();
    else if (focused && fresh.length) fresh[0].focus();
  }

  // A network that is gone without a word answers neither yes nor no, and a browser waits for minutes.
  function within(milliseconds) {
    const patience = new AbortController();
    setTimeout(() => patience.abort(), milliseconds);
    return patience.signal;
  }

  async function press(button, one) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true"); // a finger that trembles is one press
    setTimeout(() => button.removeAttribute("aria-disabled"), 500);
    try {
      const answer = await fetch("command", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ command: one.command, argument: one.argument }),
        signal: within(PRESS_MS),
      });
      trouble = answer.ok ? "" : word("not sent");
    } catch {
      trouble = word("not sent");
    }
    show();
  }

  // Time

  function clock(milliseconds) {
    const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  function tick() {
    const timer = view && view.timer;
    if (!timer) return;
    const rolled = Math.min(timer.length_ms, timer.running ? performance.now() + ahead - timer.zero_ms : timer.rolled_ms);
    const text = clock(timer.length_ms - rolled);
    write(byId("left"), text);
    mark(byId("time"), "aria-label", word("left", { words: text }));
    const part = timer.length_ms ? Math.max(0, rolled / timer.length_ms) : 0;
    const offset = (1000 * (1 - part)).toFixed(1);
    mark(byId("done"), "stroke-dashoffset", offset);
    byId("done").style.strokeDashoffset = offset;
    breathe(timer, rolled);
  }

  // The first breath begins after one beat; until then the lung is empty and says nothing. What the
  // coach says of it stands there already.
  function breathe(timer, rolled) {
    const every = timer.breath_every_ms;
    const beat = Math.floor(rolled / every) - 1;
    const going = timer.running && timer.breath.length > 0 && beat >= 0;
    const cue = going ? timer.breath[beat % timer.breath.length] : "";
    write(byId("breath"), cue === byId("saying").textContent ? "" : cue);
    const through = (rolled % every) / every;
    const eased = still.matches ? 1 : (1 - Math.cos(Math.PI * through)) / 2;
    const full = !going ? 0 : beat % 2 === 0 ? eased : 1 - eased;
    mark(byId("lung"), "r", (34 + 40 * full).toFixed(1));
  }

  // Sixty times a second only while something moves: a phone on the floor has a battery.
  function move() {
    if (moving || still.matches || !view || !view.timer || !view.timer.running) return;
    moving = true;
    requestAnimationFrame(() => {
      moving = false;
      tick();
      move();
    });
  }

  // The connection

  function beat(now) {
    const fresh = now - performance.now();
    if (Math.abs(fresh - ahead) > SLACK_MS) ahead = fresh;
    beatAt = performance.now();
  }

  // A tab that nobody sees gives its connection back: a browser has six for one coach, and with the
  // tabs of six days open the seventh would get nothing, and no button would do anything.
  function connect() {
    if (source) source.close();
    if (document.hidden) return;
    begunAt = performance.now();
    source = new EventSource("events");
    source.addEventListener("beat", (event) => {
      const was = state();
      beat(Number(event.data));
      if (was !== state()) show();
    });
    source.onopen = () => {
      trouble = "";
    };
    source.onmessage = (event) => {
      const sent = JSON.parse(event.data);
      if (made && sent.made !== made) location.reload(); // another program: its own page fits it
      if (!made) fetchDrawings();
      made = sent.made;
      if (sent.view || !(view && view.over)) [view, past] = [sent.view, sent.past];
      show();
    };
    source.onerror = () => {
      beatAt = -Infinity;
      begunAt = performance.now();
      show();
      // A browser tries again by itself, except after an answer that was no stream.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN_MS);
    };
  }

  async function fetchDrawings() {
    try {
      drawings = await (await fetch("drawings.json", { signal: within(DRAWINGS_MS) })).json();
      show();
    } catch {
      setTimeout(fetchDrawings, AGAIN_MS);
    }
  }

  setInterval(() => {
    if (document.hidden) return;
    show();
    if (performance.now() - Math.max(beatAt, begunAt) > LOST_AFTER_MS) connect();
  }, AGAIN_MS);
  document.addEventListener("visibilitychange", connect);
  connect();
})();
