using System.Reflection;
using System.Text.Json.Nodes;
using Libra.Deploy.Cli.Api;
using Libra.Deploy.Cli.Deployments;
using Libra.Deploy.Cli.Queue;

namespace Libra.Deploy.Cli.CommandLine;

/// <summary>Finds the command that was called, runs it, and turns what goes wrong into a sentence.</summary>
internal static class CommandRunner
{
    private static readonly IReadOnlyList<Command> Commands =
    [
        DeployCommand.Definition,
        StatusCommand.Definition,
        LogsCommand.Definition,
        CancelCommand.Definition,
        RollbackCommand.Definition,
        DeadLetterCommands.List,
        DeadLetterCommands.Replay,
    ];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        string[] words, Terminal terminal, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        try
        {
            return await RunOrComplainAsync(words, terminal, environment, cancellationToken);
        }
        catch (OutputLostException lost)
        {
            if (lost.NobodyReads) return ExitCodes.NobodyReads; // `| head` has seen enough
            return ComplainOfTheOutput(terminal, lost);
        }
    }

    private static async Task<int> RunOrComplainAsync(
        string[] words, Terminal terminal, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAndRunAsync(words, terminal, environment, cancellationToken);
        }
        catch (CommandException failure)
        {
            Complain(words, terminal, failure);
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static async Task<int> FindAndRunAsync(
        string[] words, Terminal terminal, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        if (words is [] or ["help" or "--help" or "-h"])
        {
            Help.Write(terminal, Commands);
            return words.Length == 0 ? ExitCodes.Usage : ExitCodes.Done;
        }

        if (words is ["--version" or "version"])
        {
            terminal.Write(Assembly.GetExecutingAssembly().GetName().Version!.ToString(3));
            return ExitCodes.Done;
        }

        var command = Commands.FirstOrDefault(known => IsCalled(known, words)) ?? throw Unknown(words);
        var arguments = Arguments.Parse(command, words.AsSpan(command.Name.Split(' ').Length));
        if (arguments.Values.ContainsKey(Option.HelpSwitch.Name))
        {
            Help.Write(terminal, command);
            return ExitCodes.Done;
        }

        using var api = LibraApi.For(Connection.Read(arguments, environment), TimeProvider.System);
        return await command.RunAsync(new Invocation(command, arguments, environment, terminal, api), cancellationToken);
    }

    private static bool IsCalled(Command command, string[] words)
    {
        var name = command.Name.Split(' ');
        return words.Length >= name.Length && words.AsSpan(0, name.Length).SequenceEqual(name);
    }

    private static UsageException Unknown(string[] words)
    {
        var near = Commands.Where(known => known.Name.StartsWith($"{words[0]} ", StringComparison.Ordinal))
            .Select(known => $"'libra {known.Name}'").ToList();
        return new UsageException(
            near.Count > 0 ? $"Which one: {string.Join(" or ", near)}?" : $"There is no command '{words[0]}'. 'libra help' lists them.");
    }

    // A program that asked for JSON gets it for refusals, too.
    private static void Complain(string[] words, Terminal terminal, CommandException failure)
    {
        if (words.Contains($"--{Option.Json.Name}"))
        {
            var answer = (failure as ApiRefusedException)?.Body ?? new JsonObject
            {
                ["success"] = false,
                ["error"] = failure.Code,
                ["code"] = failure.Code,
                ["message"] = failure.Message,
            };
            terminal.Write(answer.ToJsonString());
            return;
        }

        Complain(terminal, failure);
    }

    private static void Complain(Terminal terminal, Exception failure) =>
        terminal.WriteError($"{terminal.Complaint("libra:")} {Printable.Of(failure.Message)}");

    private static int ComplainOfTheOutput(Terminal terminal, OutputLostException lost)
    {
        try
        {
            Complain(terminal, lost);
        }
        catch (OutputLostException)
        {
            // The errors go to the same full disk: the exit code is all that can be said.
        }

        return ExitCodes.Failed;
    }
}
