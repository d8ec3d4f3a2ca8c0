using System.Globalization;
using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Deployments;

/// <summary>Tells a person how a deployment moves: every step once when it starts and once when it ends.</summary>
internal sealed class DeploymentReport(Invocation call)
{
    private readonly Dictionary<string, string> _told = [];
    private int _attempt;

    /// <summary>Says what is new since the last time.</summary>
    public void Show(DeploymentState state)
    {
        if (_attempt > 0 && state.Attempt > _attempt)
        {
            call.Say($"Attempt {state.Attempt} of {state.MaxAttempts}");
            _told.Clear();
        }

        _attempt = state.Attempt;
        foreach (var (name, step) in state.Steps)
        {
            if (step.Status == "pending" || _told.GetValueOrDefault(name) == step.Status) continue;
            _told[name] = step.Status;
            call.Say(LineOf(call.Terminal, name, step));
        }
    }

    /// <summary>Says how it ended, and gives the exit code that belongs to it.</summary>
    public int Conclude(DeploymentState state)
    {
        Show(state);
        if (state.Status == "completed")
        {
            call.Say(
                call.Terminal.Good($"Live at {state.WorkerUrl}") + (state.Duration is { } took ? $" after {Seconds(took)}" : string.Empty));
            return ExitCodes.Done;
        }

        call.Say(call.Terminal.Bad($"The deployment {(state.Status == "cancelled" ? "was cancelled" : "failed")}."));
        if (state.Error is { } failure && state.Status == "failed") Explain(failure);
        return ExitCodes.Failed;
    }

    private void Explain(FailureState failure)
    {
        foreach (var line in failure.Excerpt) call.Say($"    {Printable.Of(line)}");
        call.Say($"{failure.Code}: {Printable.Of(failure.Message)}");
        call.Say(
            failure.Category == "user"
                ? "It lies in the project: the same again would fail again."
                : "It does not lie in the project; it may work later.");
        if (failure.Hint is { } hint) call.Say($"Try: {Printable.Of(hint)}");
    }

    /// <summary>One line about a step.</summary>
    public static string LineOf(Terminal terminal, string name, StepState step) => step.Status switch
    {
        "in_progress" => $"> {name}",
        "completed" => $"{terminal.Good("+")} {name} {terminal.Faint(Seconds(step.Duration ?? 0))}",
        "failed" => $"{terminal.Bad("x")} {name} {terminal.Faint(Seconds(step.Duration ?? 0))} {Printable.Of(step.Error ?? string.Empty)}",
        "skipped" => terminal.Faint($"- {name} skipped: {Printable.Of(step.Reason ?? "not needed")}"),
        _ => $"  {name}",
    };

    /// <summary>Milliseconds as a person reads them.</summary>
    public static string Seconds(long milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000.0:0.0} s");
}
