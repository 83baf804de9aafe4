-- Uses the installed plugin in a real Neovim, as a person does:
--   MODELS=FOLDER nvim --headless -c 'luafile neovim.lua' +cq
-- MODELS is a copy of tests/models/webshop. Ends with 0 if all is well.
local uv = vim.uv or vim.loop
local models = vim.env.MODELS
local passed, failed = 0, 0

local function check(name, fine, detail)
  passed, failed = passed + (fine and 1 or 0), failed + (fine and 0 or 1)
  io.write(("%s %s%s\n"):format(fine and "ok  " or "FAIL", name, detail and ("  -- " .. tostring(detail)) or ""))
end

local function eventually(question)
  return vim.wait(20000, question, 20)
end

local function line_of(words, file)
  for number, line in ipairs(vim.fn.readfile(file or vim.api.nvim_buf_get_name(0))) do
    local column = line:find(words, 1, true)
    if column then
      return number, column - 1
    end
  end
  error(words .. " is nowhere")
end

local function go_to(words, into)
  local number, column = line_of(words)
  vim.api.nvim_win_set_cursor(0, { number, column + #(into or "") })
end

local function press(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), "tx", false)
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
end

local new = vim.fn.has("nvim-0.11") == 1

local function test()
  vim.o.swapfile = false
  local orders = models .. "/orders/orders.threat"
  vim.cmd.edit(orders)
  local buffer = vim.api.nvim_get_current_buf()
  check("the file type is known", vim.bo.filetype == "threat" and vim.bo.commentstring == "// %s")
  local started = uv.hrtime()
  check("the problem is told", eventually(function()
    return #vim.diagnostic.get(buffer) > 0
  end), ("%.0f ms"):format((uv.hrtime() - started) / 1e6))
  local problem = vim.diagnostic.get(buffer)[1]
  check("it says what and where", problem.code == "missing-mitigation" and problem.lnum + 1 == line_of("flow guest_lookup"), problem.message)
  local client = require("threatline").clients()[1]
  check("the model is one folder", client.config.root_dir == models, client.config.root_dir)
  check("problems of files that are not open are told, too", eventually(function()
    return #vim.diagnostic.get() > #vim.diagnostic.get(buffer)
  end))

  if new then
    check("the parser colors words", vim.treesitter.highlighter.active[buffer] ~= nil)
    local number, column = line_of("process api")
    local captures = vim.tbl_map(function(capture)
      return capture.capture
    end, vim.treesitter.get_captures_at_pos(buffer, number - 1, column))
    check("as the queries say", vim.tbl_contains(captures, "keyword"), table.concat(captures, ", "))
    vim.wo.foldmethod = "expr"
    vim.wo.foldexpr = "v:lua.vim.treesitter.foldexpr()"
    check("blocks fold", eventually(function()
      return vim.fn.foldlevel(number + 1) == 1
    end))
    vim.cmd("normal! zR")
  end
  local number, column = line_of("process api", orders)
  check("words are colored by their meaning", eventually(function()
    local tokens = vim.lsp.semantic_tokens.get_at_pos(buffer, number - 1, column + 8)
    return tokens and tokens[1] and tokens[1].type == "class"
  end))

  go_to("edge.gateway", "edge.")
  vim.lsp.buf.definition()
  check("a definition in another file is found", eventually(function()
    return vim.api.nvim_buf_get_name(0):match("edge%.threat$") ~= nil
  end), vim.api.nvim_get_current_line())
  vim.cmd.edit(orders)

  go_to("technology: web_service", "technology: ")
  vim.lsp.buf.definition()
  check("the library opens", eventually(function()
    return vim.startswith(vim.api.nvim_buf_get_name(0), "threatline:/") and text():find("technology web_service", 1, true)
  end), vim.api.nvim_buf_get_name(0))
  check("and is read only", not vim.bo.modifiable and vim.bo.filetype == "threat")
  check("and hover knows it", eventually(function()
    local asked = vim.lsp.util.make_position_params(0, client.offset_encoding)
    local answers = vim.lsp.buf_request_sync(0, "textDocument/hover", asked, 2000)
    return vim.inspect(answers):find("web_service", 1, true)
  end))
  vim.cmd.edit(orders)

  go_to("flow guest_lookup", "flow ")
  vim.lsp.buf.hover()
  local shown
  check("hover explains", eventually(function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= "" then
        shown = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), " | ")
        return shown:find("guest_lookup", 1, true)
      end
    end
  end), shown and shown:sub(1, 100))
  press("<Esc>")

  go_to("receives: order", "receives: order")
  local asked = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answers = vim.lsp.buf_request_sync(buffer, "textDocument/completion", asked, 10000) or {}
  local labels = {}
  for _, answer in pairs(answers) do
    for _, item in ipairs(answer.result and (answer.result.items or answer.result) or {}) do
      table.insert(labels, item.label)
    end
  end
  check("assets are offered", vim.tbl_contains(labels, "order"), table.concat(labels, ", "))

  -- A quick fix, applied as `gra` does.
  go_to("flow guest_lookup", "flow ")
  local before = text()
  vim.lsp.buf.code_action({
    filter = function(action)
      return action.title:find("mutual_tls", 1, true) and action.title:find("^Plan") ~= nil
    end,
    apply = true,
  })
  check("a quick fix is applied", eventually(function()
    return text() ~= before and text():find("mitigations: our_mutual_tls", 1, true)
  end))
  check("and the problem is gone", eventually(function()
    return #vim.diagnostic.get(buffer) == 0
  end))
  vim.cmd("silent undo")

  go_to("process api", "process ")
  vim.lsp.buf.rename("order_service")
  check("a name is changed in all files", eventually(function()
    local payments = vim.fn.bufnr(models .. "/payments/payments.threat")
    return text():find("process order_service", 1, true)
      and payments > 0
      and table.concat(vim.api.nvim_buf_get_lines(payments, 0, -1, false), "\n"):find("orders.order_service", 1, true)
  end))

  if vim.lsp.inlay_hint then
    check("hints stand in the text", eventually(function()
      return #vim.lsp.inlay_hint.get({ bufnr = buffer }) > 0
    end), vim.inspect(#vim.lsp.inlay_hint.get({ bufnr = buffer })))
  end
  check("lenses stand above", eventually(function()
    local lenses = vim.lsp.codelens.get(new and vim.fn.has("nvim-0.12") == 1 and { bufnr = buffer } or buffer)
    return #lenses > 0
  end))

  vim.cmd("Threatline matrix")
  check("the matrix is shown", eventually(function()
    return vim.bo.filetype == "markdown" and text():find("| spoofing |", 1, true)
  end))
  vim.cmd("close")
  go_to("flow guest_lookup", "flow ")
  vim.cmd("Threatline explain")
  check("a finding is explained", eventually(function()
    return vim.bo.filetype == "markdown" and text():find("Reasons", 1, true)
  end))
  vim.cmd("close")

  vim.cmd("Threatline restart")
  check("the server starts again", eventually(function()
    local clients = require("threatline").clients()
    return #clients == 1 and clients[1].id ~= client.id and #vim.diagnostic.get(buffer) > 0
  end))

  vim.cmd("checkhealth threatline")
  local report = text()
  check("the health check finds nothing to mend", not report:find("ERROR", 1, true) and (not new or not report:find("WARN", 1, true)), (report:gsub("\n+", " | ")))
  check("the help is found", pcall(vim.cmd, "help threatline-settings"))
end

local fine, problem = xpcall(test, debug.traceback)
check("no Lua error", fine, not fine and problem or nil)
local running = require("threatline").clients()
for _, client in ipairs(running) do
  if new then
    client:stop()
  else
    client.stop()
  end
end
eventually(function()
  return #require("threatline").clients() == 0
end)
io.write(("%d passed, %d failed (Neovim %s)\n"):format(passed, failed, tostring(vim.version())))
vim.cmd(failed == 0 and "qall!" or "cquit 1")
