-- The client side of the language server: what it is told at the start, and what it asks the editor to show.
local M = {}

---@class threatline.Config
---@field cmd? string[] The server; `threatline lsp` in `PATH` unless said otherwise.
---@field settings? table The section `threatline` of settings: `inlayHints` and `codeLens`, each of `true` or `false`.
---@field on_attach? fun(client: vim.lsp.Client, buffer: integer) Called when a buffer has the server.
---@field inlay_hints? boolean Whether hints are shown; yes, unless said otherwise.
---@field code_lens? boolean Whether lenses are shown; yes, unless said otherwise.

---@type threatline.Config
local config = { cmd = { "threatline", "lsp" }, settings = {}, inlay_hints = true, code_lens = true }

local NAME = "threatline"

---The folder of this plugin.
function M.root()
  local this = debug.getinfo(1, "S").source:sub(2)
  return vim.fs.dirname(vim.fs.dirname(vim.fs.dirname((vim.uv or vim.loop).fs_realpath(this) or this)))
end

---The running clients of this server.
function M.clients(filter)
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  return get(vim.tbl_extend("force", { name = NAME }, filter or {}))
end

---Sends a request; the methods of clients became methods in 0.11.
local function request(client, method, params, handler, buffer)
  if vim.fn.has("nvim-0.11") == 1 then
    return client:request(method, params, handler, buffer)
  end
  return client.request(method, params, handler, buffer)
end

---Shows a text of the server in a window beside, which `q` closes.
local function show(title, markdown)
  local name = "threatline-view://" .. title
  local buffer = vim.fn.bufnr("^" .. vim.fn.escape(name, "*?[]{}\\,~") .. "$")
  if buffer < 0 then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, name)
    vim.keymap.set("n", "q", "<cmd>close<cr>", { buffer = buffer, nowait = true })
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(markdown, "\n"))
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = "markdown"
  local window = vim.fn.bufwinid(buffer)
  if window < 0 then
    vim.cmd("vertical sbuffer " .. buffer)
    vim.wo.wrap = true
    vim.wo.linebreak = true
    vim.wo.conceallevel = 2
  else
    vim.api.nvim_set_current_win(window)
  end
end

---Runs a command of the server and shows what it answers.
local function run(command, arguments, buffer)
  local client = M.clients({ bufnr = buffer })[1] or M.clients()[1]
  if not client then
    vim.notify("threatline: the server is not running here; see :checkhealth threatline", vim.log.levels.WARN)
    return
  end
  request(client, "workspace/executeCommand", { command = command, arguments = arguments }, function(problem, answer)
    if problem then
      vim.notify("threatline: " .. problem.message, vim.log.levels.ERROR)
    elseif answer then
      show(command == "threatline.matrix" and "STRIDE" or "Findings", answer.markdown)
    end
  end, buffer)
end

---What the cursor is on, as commands of the server take it.
local function here()
  local window = vim.api.nvim_get_current_win()
  local client = M.clients({ bufnr = 0 })[1]
  local params = vim.lsp.util.make_position_params(window, client and client.offset_encoding or "utf-16")
  return { uri = params.textDocument.uri, position = params.position }
end

---Explains what is found where the cursor is.
function M.explain()
  run("threatline.explain", { here() }, 0)
end

---Shows the elements of the model against the categories of STRIDE.
function M.matrix()
  run("threatline.matrix", { { uri = vim.uri_from_bufnr(0) } }, 0)
end

---Starts the server again.
function M.restart()
  local clients = M.clients()
  for _, client in ipairs(clients) do
    if vim.fn.has("nvim-0.11") == 1 then
      client:stop()
    else
      client.stop()
    end
  end
  local tries = 0
  local function again()
    tries = tries + 1
    if #M.clients() > 0 and tries < 50 then
      vim.defer_fn(again, 100)
      return
    end
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == "threat" then
        vim.api.nvim_exec_autocmds("FileType", { buffer = buffer, modeline = false })
      end
    end
  end
  again()
end

---Builds the parser for tree-sitter into this plugin, and the index of its help, which a plugin manager does not find.
---Returns whether the parser was built, and what was said if it was not.
function M.build()
  local root = M.root()
  vim.cmd("silent! helptags " .. vim.fn.fnameescape(root .. "/doc"))
  local source = vim.fs.dirname(vim.fs.dirname(root)) .. "/grammar/src"
  local out = root .. "/parser/threat.so"
  vim.fn.mkdir(root .. "/parser", "p")
  local failures = {}
  for _, compiler in ipairs({ vim.env.CC or "cc", "gcc", "clang", "zig" }) do
    if vim.fn.executable(compiler) == 1 then
      local command = { compiler, "-shared", "-fPIC", "-O2", "-std=c11", "-I", source, source .. "/parser.c", "-o", out .. ".new" }
      if compiler == "zig" then
        table.insert(command, 2, "cc")
      end
      local said = vim.fn.system(command)
      if vim.v.shell_error == 0 then
        -- A running Neovim may have the old one loaded: it is replaced, and not written to.
        local renamed, problem = (vim.uv or vim.loop).fs_rename(out .. ".new", out)
        return renamed ~= nil, problem
      end
      table.insert(failures, compiler .. ": " .. vim.trim(said))
    end
  end
  return false, #failures > 0 and table.concat(failures, "\n") or "no C compiler found (cc, gcc, clang or zig)"
end

---Fills in what this client can show.
local function capabilities()
  local all = vim.lsp.protocol.make_client_capabilities()
  all.experimental = vim.tbl_deep_extend("force", all.experimental or {}, {
    commands = { commands = { "threatline.show", "threatline.showReferences" } },
    textDocumentContent = true,
  })
  return all
end

local function attached(client, buffer)
  if config.inlay_hints and vim.lsp.inlay_hint then
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
  end
  if config.code_lens and vim.lsp.codelens then
    if vim.fn.has("nvim-0.12") == 1 then
      vim.lsp.codelens.enable(true, { bufnr = buffer })
    else
      local refresh = function()
        vim.lsp.codelens.refresh({ bufnr = buffer })
      end
      refresh()
      vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "BufWritePost" }, { buffer = buffer, callback = refresh })
    end
  end
  if config.on_attach then
    config.on_attach(client, buffer)
  end
end

local function client_config()
  return {
    name = NAME,
    cmd = config.cmd,
    filetypes = { "threat" },
    root_markers = { "threatline.toml", ".git" },
    capabilities = capabilities(),
    settings = { threatline = config.settings },
    init_options = config.settings,
    on_attach = attached,
  }
end

---Changes what is set. Only needed to have it otherwise; call it before the first model is opened.
---@param wanted? threatline.Config
function M.setup(wanted)
  config = vim.tbl_deep_extend("force", config, wanted or {})
  if vim.fn.has("nvim-0.11") == 1 then
    vim.lsp.config(NAME, client_config())
  end
end

---Starts the server wherever a model is opened, and adds the command `:Threatline`.
function M.enable()
  vim.treesitter.language.register("threat", "threat")
  if vim.fn.has("nvim-0.11") == 1 then
    vim.lsp.config(NAME, client_config())
    vim.lsp.enable(NAME)
  else
    vim.api.nvim_create_autocmd("FileType", {
      pattern = "threat",
      callback = function(event)
        local folder = vim.fs.dirname(vim.api.nvim_buf_get_name(event.buf))
        if vim.bo[event.buf].buftype == "" then
          local client = client_config()
          local marker = vim.fs.find(client.root_markers, { upward = true, path = folder })[1]
          client.root_dir = marker and vim.fs.dirname(marker) or folder
          vim.lsp.start(client, { bufnr = event.buf })
        end
      end,
    })
  end

  -- Lenses that the editor runs itself.
  for _, command in ipairs({ "threatline.explain", "threatline.matrix" }) do
    vim.lsp.commands[command] = function(wanted, context)
      run(wanted.command, wanted.arguments, context.bufnr)
    end
  end
  vim.lsp.commands["threatline.showReferences"] = function(wanted, context)
    local client = vim.lsp.get_client_by_id(context.client_id)
    local items = vim.lsp.util.locations_to_items(wanted.arguments[3], client and client.offset_encoding or "utf-16")
    vim.fn.setqflist({}, " ", { title = wanted.title, items = items })
    vim.cmd("botright copen")
  end

  -- Texts of the library, which are on no disk.
  vim.api.nvim_create_autocmd("BufReadCmd", {
    pattern = "threatline:/*",
    callback = function(event)
      local client = M.clients()[1]
      if not client then
        return
      end
      local lines
      request(client, "workspace/textDocumentContent", { uri = event.match }, function(problem, answer)
        lines = vim.split(problem and ("// " .. problem.message) or answer.text, "\n")
      end)
      vim.wait(5000, function()
        return lines ~= nil
      end, 10)
      vim.bo[event.buf].modifiable = true
      vim.api.nvim_buf_set_lines(event.buf, 0, -1, false, lines or { "// the server did not answer" })
      vim.bo[event.buf].modifiable = false
      vim.bo[event.buf].modified = false
      vim.bo[event.buf].buftype = "nofile"
      vim.bo[event.buf].swapfile = false
      vim.bo[event.buf].filetype = "threat"
      vim.lsp.buf_attach_client(event.buf, client.id)
    end,
  })

  local actions = {
    explain = M.explain,
    matrix = M.matrix,
    restart = M.restart,
    health = function()
      vim.cmd("checkhealth threatline")
    end,
    build = function()
      local built, problem = M.build()
      vim.notify(
        built and "threatline: the parser was built" or ("threatline: the parser was not built: " .. problem),
        built and vim.log.levels.INFO or vim.log.levels.ERROR
      )
    end,
  }
  vim.api.nvim_create_user_command("Threatline", function(wanted)
    local action = actions[wanted.args]
    if action then
      action()
    else
      vim.notify("threatline: there is explain, matrix, restart, build and health", vim.log.levels.ERROR)
    end
  end, {
    nargs = 1,
    desc = "Threat models: explain, matrix, restart, build, health",
    complete = function(start)
      local names = vim.tbl_filter(function(name)
        return vim.startswith(name, start)
      end, vim.tbl_keys(actions))
      table.sort(names)
      return names
    end,
  })
end

---What is set, for the health check.
function M.config()
  return config
end

return M
