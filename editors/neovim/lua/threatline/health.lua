-- `:checkhealth threatline`: whether all that the plugin needs is there, and what to do if not.
local M = {}

function M.check()
  local health = vim.health
  local threatline = require("threatline")
  health.start("threatline")

  if vim.fn.has("nvim-0.11") == 1 then
    health.ok("Neovim " .. tostring(vim.version()))
  elseif vim.fn.has("nvim-0.10") == 1 then
    health.warn("Neovim " .. tostring(vim.version()) .. ": it cannot load the parser, whose ABI is 15; only the server provides highlighting", {
      "Use Neovim 0.11 or newer.",
    })
  else
    health.error("Neovim " .. tostring(vim.version()) .. " is too old", { "Use Neovim 0.10 or newer." })
  end

  local program = threatline.config().cmd[1]
  local found = vim.fn.exepath(program)
  if found == "" then
    health.error("the server `" .. program .. "` is not in PATH", {
      "cargo install --locked --path server   in a clone of Threatline",
      'or name it: require("threatline").setup({ cmd = { "/path/to/threatline", "lsp" } })',
    })
  else
    local version = vim.trim(vim.fn.system({ found, "--version" }))
    if vim.v.shell_error == 0 and vim.startswith(version, "threatline ") then
      health.ok(version .. " (" .. found .. ")")
    else
      health.error("`" .. found .. "` is not Threatline: " .. version)
    end
  end

  local clients = threatline.clients()
  if #clients > 0 then
    for _, client in ipairs(clients) do
      health.ok("the server runs for " .. (client.config.root_dir or "single files"))
    end
  else
    health.info("the server is not running: it starts with the first `.threat` file")
  end

  if vim.fn.has("nvim-0.11") == 0 then
    return
  end
  local loaded, problem = pcall(vim.treesitter.language.inspect, "threat")
  if loaded then
    health.ok("the parser is installed, ABI " .. tostring(vim.treesitter.language.inspect("threat").abi_version))
  else
    health.warn("the parser is not installed: " .. vim.split(tostring(problem), "\n")[1], { "Run `:Threatline build`, which needs a C compiler." })
  end
  local files = vim.treesitter.query.get_files("threat", "highlights")
  if #files == 0 then
    health.warn("the queries were not found", {
      "`queries/threat` in the plugin is a symbolic link to `grammar/queries`. On Windows: `git config core.symlinks true`, then check out the repository again.",
    })
  elseif loaded then
    local readable, why = pcall(vim.treesitter.query.get, "threat", "highlights")
    if readable then
      health.ok("the queries match the parser")
    else
      health.error("the queries do not match the parser: " .. tostring(why), { "Run `:Threatline build`." })
    end
  end
end

return M
