"use strict";
// The page's script. Everything a customer or a model wrote is set as textContent: it can never become markup.

const ZH = {
  ticket: "工单", chat: "在线会话", call: "通话", review: "评价", survey: "回访问卷", group: "群聊",
  accessory: "配件", consumable: "耗材", value_added_service: "增值服务", cross_sell: "交叉销售",
  upgrade: "升级换新", repurchase: "复购", new_business: "新业务",
  phone: "手机号", landline: "座机", id_card: "身份证", bank_card: "银行卡", email: "邮箱", address: "地址",
  name: "姓名", plate: "车牌", wechat: "微信号", qq: "QQ号", order_no: "订单号", serial_no: "序列号",
  passport: "护照", company_code: "企业代码",
};
const zh = (word) => ZH[word] || word || "";
const friendly = (text) => String(text).replace(/⟦([a-z_]+):[^⟧]*⟧/g, (_, type) => `［${zh(type)}］`);

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = friendly(text);
  return node;
}

function section(card, title) {
  const part = make("section");
  part.append(make("h3", "", title));
  card.append(part);
  return part;
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += value || "";
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      let name = "message";
      const data = [];
      for (const line of block.split(/\r?\n/)) {
        if (line.startsWith("event:")) name = line.slice(6).trim();
        else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      }
      if (data.length) yield [name, JSON.parse(data.join("\n"))];
    }
    if (done) return;
  }
}

function showText(node, text, id) {
  node.replaceChildren();
  for (const piece of text.split(/(\[\d{1,3}\])/)) {
    const mark = /^\[(\d{1,3})\]$/.exec(piece);
    if (!mark) { node.append(friendly(piece)); continue; }
    const button = make("button", "mark", piece);
    button.type = "button";
    button.title = "看这句话的出处";
    button.addEventListener("click", () => {
      const quote = document.getElementById(`${id}-c${mark[1]}`);
      if (!quote) return;
      document.querySelectorAll("blockquote.here").forEach((other) => other.classList.remove("here"));
      quote.classList.add("here");
      quote.scrollIntoView({ behavior: "smooth", block: "center" });
    });
    node.append(button);
  }
}

function showFigures(card, figures) {
  if (!figures.length) return;
  const details = make("details");
  details.append(make("summary", "meta", `统计数据(${figures.length} 项)`));
  const table = make("table");
  for (const f of figures) {
    const row = make("tr");
    const label = make("td", "", f.label);
    label.title = f.query;
    const value = make("td", "value", `${f.value} ${f.unit}`);
    const range = f.interval ? `95% 区间 ${f.interval[0]}–${f.interval[1]}` : "";
    row.append(label, value, make("td", "meta", range));
    table.append(row);
  }
  details.append(table);
  card.append(details);
}

function showCitations(card, citations, id) {
  if (!citations.length) return;
  const part = section(card, "客户原话");
  for (const c of citations) {
    const quote = make("blockquote");
    quote.id = `${id}-c${c.n}`;
    quote.append(make("div", "", `[${c.n}] ${c.quote}`));
    const place = [zh(c.channel), c.product, (c.created_at || "").slice(0, 10)].filter(Boolean).join(" · ");
    const open = make("button", "mark", place || c.record_id);
    open.type = "button";
    open.title = "打开这条记录";
    open.addEventListener("click", () => showRecord(c));
    quote.append(open);
    part.append(quote);
  }
}

function showNeeds(card, needs) {
  if (!needs.length) return;
  const part = section(card, "背后的需求(表象 → 次深层 → 深层)");
  for (const need of needs) {
    part.append(make("p", "", [need.surface, need.secondary, need.deep].filter(Boolean).join(" → ")));
  }
}

function showReply(card, answer) {
  if (answer.suggested_reply) {
    const part = section(card, "建议回复(发出前请核对)");
    part.append(make("div", "reply", answer.suggested_reply));
    const copy = make("button", "", "复制");
    copy.type = "button";
    copy.addEventListener("click", () => navigator.clipboard.writeText(answer.suggested_reply));
    part.append(copy);
  }
  if (answer.opportunities.length) {
    const part = section(card, "商机线索");
    for (const o of answer.opportunities) part.append(make("p", "", `${zh(o.type)}:“${o.quote}”`));
  }
}

async function showRecord(citation) {
  const response = await fetch(`/v1/records/${encodeURIComponent(citation.record_id)}`);
  const record = await response.json();
  const box = document.getElementById("record");
  const text = document.getElementById("record-text");
  document.getElementById("record-title").textContent = friendly(record.title || record.external_id);
  if (!response.ok) {
    document.getElementById("record-facts").textContent = record.detail;
    text.replaceChildren();
  } else {
    const facts = [zh(record.channel), record.product, record.created_at, record.external_id].filter(Boolean);
    document.getElementById("record-facts").textContent = facts.join(" · ");
    // Offsets count characters; JavaScript counts UTF-16 units.
    const letters = Array.from(record.text);
    const slice = (from, to) => letters.slice(from, to).join("");
    text.replaceChildren(
      friendly(slice(0, citation.start)),
      make("mark", "", slice(citation.start, citation.end)),
      friendly(slice(citation.end)),
    );
  }
  box.showModal();
}

function showPlan(card, plan) {
  const parts = Object.entries(plan.filters).map(([name, value]) => `${name}=${[].concat(value).join("/")}`);
  if (plan.query) parts.push(`检索:${plan.query}`);
  if (parts.length) card.append(make("p", "plan", `理解为 ${parts.join(";")}`));
}

function showRest(card, answer) {
  for (const warning of answer.warnings) card.append(make("p", "warning", `注意:${warning}`));
  const engine = answer.engine === "rules" ? "规则引擎(没有使用大模型)" : "大模型";
  const meta = make("p", "meta", `${engine} · ${answer.elapsed_ms} 毫秒 `);
  for (const [verdict, label] of [["up", "有用"], ["down", "没用"]]) {
    const button = make("button", "mark", label);
    button.type = "button";
    button.addEventListener("click", async () => {
      const body = JSON.stringify({ answer_id: answer.id, verdict });
      const sent = await fetch("/v1/feedback", { method: "POST", headers: { "content-type": "application/json" }, body });
      button.textContent = sent.ok ? "已记下" : "没有记下";
    });
    meta.append(button);
  }
  card.append(meta);
}

const history = [];
let running = null;

async function ask(question) {
  const id = `a${history.length}-${Date.now()}`;
  const card = make("article");
  const text = make("div", "text", "…");
  card.append(make("h2", "", question), text);
  document.getElementById("talk").append(card);
  card.scrollIntoView({ behavior: "smooth", block: "end" });
  let said = "";
  running = new AbortController();
  try {
    const response = await fetch("/v1/ask", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ question, history: history.slice(-6) }),
      signal: running.signal,
    });
    if (!response.ok) throw new Error((await response.json()).detail);
    for await (const [name, data] of events(response)) {
      if (name === "plan") showPlan(card, data);
      else if (name === "token") { said += data.text; showText(text, said, id); }
      else if (name === "error") throw new Error(data.detail);
      else if (name === "done") {
        showText(text, data.text, id);
        card.classList.toggle("refused", data.refused);
        showNeeds(card, data.needs);
        showCitations(card, data.citations, id);
        showFigures(card, data.figures);
        showReply(card, data);
        showRest(card, data);
        history.push({ role: "user", content: question });
      }
    }
  } catch (error) {
    if (!said) text.textContent = "";
    card.append(make("p", "warning", error.name === "AbortError" ? "已停止" : `没有答成:${error.message}`));
  } finally {
    running = null;
  }
}

const form = document.getElementById("ask");
const box = document.getElementById("question");
const send = document.getElementById("send");
const stop = document.getElementById("stop");

const start = document.getElementById("start");

function offer(question) {
  const button = make("button", "", question);
  button.type = "button";
  button.addEventListener("click", () => { box.value = question; form.requestSubmit(); });
  start.append(button);
  start.hidden = false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const question = box.value.trim();
  if (!question || running) return;
  box.value = "";
  start.hidden = true;
  send.disabled = true;
  stop.hidden = false;
  await ask(question);
  send.disabled = false;
  stop.hidden = true;
  box.focus();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
});
stop.addEventListener("click", () => running && running.abort());

fetch("/readyz").then((r) => r.json()).then((ready) => {
  const span = ready.first_day ? `,${ready.first_day} 至 ${ready.last_day}` : "";
  const state = ready.records ? `${ready.records} 条反馈${span}` : "还没有数据:先运行 voc run 导入";
  document.getElementById("state").textContent = ready.detail || state;
}).catch(() => { document.getElementById("state").textContent = "连接不上服务"; });

// A link may carry a question (/?q=…): it fills the box, the reader sends it. Else the largest themes make questions.
const linked = new URLSearchParams(window.location.search).get("q");
if (linked) {
  box.value = linked.slice(0, 2000);
  box.focus();
} else {
  fetch("/v1/themes?limit=3").then((r) => r.json()).then((themes) => {
    if (!themes.items || !themes.items.length) return;
    for (const theme of themes.items) offer(`关于「${theme.title}」,客户真正在意什么,怎么回复?`);
    offer("近三个月客户说得最多的是什么?");
  }).catch(() => {});
}
