namespace Libra.Deploy.Application.Projects.Source;

/// <summary>The scripts of a package.json that its build runs: <c>build</c>, and whatever that one calls.</summary>
internal sealed class BuildScripts
{
    // Programs whose first operand is the file that they run.
    private static readonly HashSet<string> Runners = new(StringComparer.Ordinal)
    {
        "node", "bun", "deno", "tsx", "ts-node", "jiti", "babel-node", "sh", "bash", "dash", "zsh", "python", "python3",
    };

    // Programs that run the command behind them.
    private static readonly HashSet<string> Wrappers = new(StringComparer.Ordinal)
    {
        "npx", "bunx", "pnpx", "cross-env", "env", "exec", "time", "dotenv", "shx", "--",
    };

    // Programs that make, copy or remove what they are given, whatever their options are called.
    private static readonly HashSet<string> FileTools = new(StringComparer.Ordinal)
    {
        "cat", "chmod", "copyfiles", "cp", "cpx", "cpy", "del", "echo", "find", "gzip", "ln", "ls", "mkdir", "mkdirp", "mv", "ncp",
        "rimraf", "rm", "rsync", "sed", "tar", "test", "touch", "zip",
    };

    // Options whose value is a file that tells a program what to do.
    private static readonly HashSet<string> FileOptions = new(StringComparer.Ordinal)
    {
        "-c", "--config", "-r", "--require", "--import", "--loader", "--experimental-loader", "--preload", "-p", "--project",
        "--tsconfig",
    };

    // Options of runners whose value is none of their files.
    private static readonly HashSet<string> OtherOptions = new(StringComparer.Ordinal)
    {
        "-C", "--conditions", "--env-file", "--env-file-if-exists",
    };

    private static readonly char[] Blanks = [' ', '\t', '\r', '\n'];
    private static readonly string[] Ends = ["&&", "||", ";", "|", "&", "\n", "(", ")"];

    private readonly List<string[]> _commands;

    private BuildScripts(IEnumerable<string> scripts) => _commands = [.. scripts.SelectMany(CommandsOf)];

    /// <summary>Null for a package without a build script.</summary>
    public static BuildScripts? Of(PackageJson package)
    {
        if (package.BuildScript is null) return null;

        // A script is taken out once it is reached, so that no package.json, however made, is compared with itself over and over.
        var others = new SortedSet<string>(package.Scripts.Keys, StringComparer.Ordinal);
        others.Remove("build");
        var reached = new List<string> { "build" };
        for (var i = 0; i < reached.Count; i++)
        {
            var name = reached[i];
            string[] called = [$"pre{name}", $"post{name}", .. CommandsOf(package.Scripts[name]).SelectMany(words => words.Skip(1))];
            foreach (var word in called) reached.AddRange(Take(word, others));
        }

        return new BuildScripts(reached.Select(name => package.Scripts[name]));
    }

    /// <summary>
    /// True when a command runs a file of the folder or takes its configuration from there, as opposed to writing, copying or removing it.
    /// </summary>
    public bool Use(string folder) => _commands.Exists(words => Uses(words, folder));

    private static bool Uses(string[] words, string folder)
    {
        if (words.Length == 0 || FileTools.Contains(words[0])) return false;
        if (IsBelow(words[0], folder)) return true;

        for (var i = 1; i < words.Length; i++)
        {
            var equals = words[i].IndexOf('=');
            if (equals > 0 && FileOptions.Contains(words[i][..equals]) && IsBelow(words[i][(equals + 1)..], folder)) return true;
            if (FileOptions.Contains(words[i - 1]) && IsBelow(words[i], folder)) return true;
        }

        return Runners.Contains(words[0]) && OperandOf(words) is { } operand && IsBelow(operand, folder);
    }

    private static string? OperandOf(string[] words)
    {
        for (var i = 1; i < words.Length; i++)
        {
            if (FileOptions.Contains(words[i]) || OtherOptions.Contains(words[i])) i++; // what follows is the option's value
            else if (words[i][0] != '-' && words[i] != "run") return words[i];
        }

        return null;
    }

    // npm-run-all takes build:* for all scripts that begin so.
    private static string[] Take(string word, SortedSet<string> scripts)
    {
        if (scripts.Remove(word)) return [word];
        if (word.Length < 2 || word[^1] != '*') return [];

        var prefix = word.TrimEnd('*');
        string[] named = [.. scripts.GetViewBetween(prefix, prefix + char.MaxValue)];
        foreach (var name in named) scripts.Remove(name);
        return named;
    }

    private static bool IsBelow(string word, string folder)
    {
        var path = word.StartsWith("./", StringComparison.Ordinal) ? word[2..] : word;
        return path.Length > folder.Length + 1 && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal);
    }

    private static IEnumerable<string[]> CommandsOf(string script) =>
        from command in script.Split(Ends, StringSplitOptions.None)
        let words = command.Split(Blanks, StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('"', '\''))
        select WithoutWrappers(words.Where(word => word.Length > 0));

    // A=b in front of a command sets a variable for it.
    private static string[] WithoutWrappers(IEnumerable<string> words) =>
        [.. words.SkipWhile(word => Wrappers.Contains(word) || (word[0] != '-' && word.Contains('=')))];
}
