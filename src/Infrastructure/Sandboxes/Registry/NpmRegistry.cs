using System.Diagnostics;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Registry;

/// <summary>The npm registry that packages come from: the configured one, else that of this machine's npm.</summary>
internal static class NpmRegistry
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    /// <summary>Its address, with a slash at the end and without credentials.</summary>
    /// <exception cref="SandboxException">npm names none that can be used.</exception>
    public static async Task<Uri> AddressAsync(SandboxToolchain tools, Uri? configured, CancellationToken cancellationToken) =>
        Checked(configured ?? await AskNpmAsync(tools, cancellationToken));

    private static async Task<Uri> AskNpmAsync(SandboxToolchain tools, CancellationToken cancellationToken)
    {
        // The service's own environment, since that is where an operator's npm settings live.
        var command = Path.Combine(tools.NpmFolder, "bin/npm-cli.js");
        using var npm = Process.Start(new ProcessStartInfo(tools.Node, [command, "config", "get", "registry"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(AnswerTime);
        var errors = npm.StandardError.ReadToEndAsync(time.Token);
        var answer = await npm.StandardOutput.ReadToEndAsync(time.Token);
        await npm.WaitForExitAsync(time.Token);
        if (npm.ExitCode == 0 && Uri.TryCreate(answer.Trim(), UriKind.Absolute, out var address)) return address;

        throw new SandboxException("SANDBOX_CREATE_FAILED", $"npm does not say which registry it uses: {await errors}", transient: false);
    }

    private static Uri Checked(Uri address)
    {
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            throw new SandboxException(
                "SANDBOX_CREATE_FAILED", "The npm registry has to be an https address: sandboxes reach it through a CONNECT proxy.",
                transient: false);
        }

        var plain = new UriBuilder(address) { UserName = "", Password = "", Query = "", Fragment = "" };
        if (!plain.Path.EndsWith('/')) plain.Path += "/";
        return plain.Uri;
    }
}
