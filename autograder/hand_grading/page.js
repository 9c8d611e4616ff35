"use strict"
// Keeps what is filled in in this browser, and saves it as a CSV. Nothing is sent anywhere.
const main = document.querySelector("main")
const bar = document.getElementById("bar")
const grader = document.getElementById("grader")
const problem = document.getElementById("problem")
const sections = [...document.querySelectorAll(".answer")]
const { lab, question, key } = main.dataset
const [most, begin] = [Number(main.dataset.most), Number(main.dataset.begin)]
const place = `sheet ${key}`

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(place))
    return kept && typeof kept.answers === "object" ? kept : { grader: "", answers: {} }
  } catch { return { grader: "", answers: {} } }
}
const kept = load()

function keep() {
  try {
    localStorage.setItem(place, JSON.stringify(kept))
    tell("")
  } catch { tell("This browser keeps nothing of it: save the CSV before you close the page.") }
}
function tell(text) {
  problem.textContent = text
  problem.hidden = !text
}

function ticks(section) { return [...section.querySelectorAll("input[type=checkbox]")] }
function field(section, name) { return section.querySelector(`[name=${name}]`) }

// What a section's form holds.
function read(section) {
  return {
    items: ticks(section).filter(box => box.checked).map(box => box.name),
    points: field(section, "points").value.trim(),
    comment: field(section, "comment").value,
  }
}
function isMarked(marks) { return marks.items.length > 0 || marks.points !== "" }
function inNumbers(text) {
  return /^(\d+([.,]\d*)?|[.,]\d+)$/.test(text) ? Number(text.replace(",", ".")) : NaN
}
function comesTo(section) {
  const sum = ticks(section).filter(box => box.checked)
    .reduce((sum, box) => sum + Number(box.dataset.points), begin)
  return Math.min(Math.max(Math.round(sum * 1e6) / 1e6, 0), most)
}

// What is wrong about what is filled in; "" if nothing is.
function wrong(section, marks) {
  const points = inNumbers(marks.points)
  if (marks.points !== "" && !(points >= 0 && points <= most)) return `write a number from 0 to ${most}`
  if (marks.points !== "" && marks.items.length && Math.abs(points - comesTo(section)) > 1e-6)
    return `the ticks come to ${comesTo(section)}; correct one`
  if (!isMarked(marks) && marks.comment.trim()) return "a comment without points"
  return ""
}

function show(section) {
  const marks = read(section)
  const says = wrong(section, marks)
  section.classList.toggle("wrong", says !== "")
  section.classList.toggle("done", says === "" && isMarked(marks))
  field(section, "points").setAttribute("aria-invalid", String(says !== ""))
  const sum = marks.items.length && marks.points === "" ? `= ${comesTo(section)}` : ""
  section.querySelector("output").textContent = says || sum
  return says
}
function count() {
  const done = sections.filter(one => one.classList.contains("done")).length
  document.getElementById("done").textContent = `${done} of ${sections.length} graded`
}

function restore(section) {
  const marks = kept.answers[section.dataset.code]
  if (!marks) return
  for (const box of ticks(section)) box.checked = (marks.items || []).includes(box.name)
  field(section, "points").value = marks.points || ""
  field(section, "comment").value = marks.comment || ""
}

// Where a cell may begin as a formula does stands a mark; reading the sheet takes it away: safe_text.py.
const ACTS = /(?<=(?:^|[;,\t\r\n])(?:[^\S\t\r\n]|["'])*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20\t\r])/g
function safe(text) { return text.replace(ACTS, "'") }
function quoted(text) { return `"${text.replaceAll('"', '""')}"` }
function row(section) {
  const marks = read(section)
  return new Map([
    ["code", section.dataset.code],
    ["stand", section.dataset.stand],
    ["points", marks.points],
    ["comment", safe(marks.comment)],
    ["grader", isMarked(marks) || marks.comment ? safe(grader.value.trim()) : ""],
    ...marks.items.map(name => [name, "x"]),
  ])
}
function csv() {
  const columns = main.dataset.columns.split("\n").filter(name => name !== "answer")
  const rows = sections.map(row).map(cells => columns.map(name => cells.get(name) || ""))
  return [columns, ...rows].map(cells => cells.map(quoted).join(",") + "\r\n").join("")
}
function save() {
  const bad = sections.filter(section => show(section) !== "")
  if (!grader.value.trim()) {
    tell("Write your name first: it tells graders apart.")
    grader.focus()
    return
  }
  tell(bad.length ? `${bad.length} answers need a look, and will not be taken as they are.` : "")
  if (bad.length) bad[0].scrollIntoView()
  const name = grader.value.trim().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob(["\ufeff" + csv()], { type: "text/csv" }))
  link.download = `sheet-${lab}-${question}-${name}.csv`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function nextOpen() {
  const open = sections.find(one => !one.classList.contains("done"))
  if (!open) return tell("All answers are graded.")
  open.scrollIntoView()
  open.querySelector("input").focus({ preventScroll: true })
}

main.addEventListener("input", event => {
  const section = event.target.closest(".answer")
  if (event.target.matches("select")) {
    const comment = field(section, "comment")
    comment.value = [comment.value.trim(), event.target.value].filter(Boolean).join("\n")
    event.target.value = ""
  }
  kept.answers[section.dataset.code] = read(section)
  keep()
  show(section)
  count()
})
grader.addEventListener("input", () => {
  kept.grader = grader.value
  keep()
})
document.getElementById("save").addEventListener("click", save)
document.getElementById("next").addEventListener("click", nextOpen)
grader.value = kept.grader || ""
for (const section of sections) {
  restore(section)
  show(section)
}
count()
bar.hidden = sections.length === 0
