using Libra.Deploy.Infrastructure.Credentials;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;

/// <summary>The E2B account that sandboxes are rented on.</summary>
public sealed record E2BOptions : RemoteOptions
{
    internal const string KeyVariable = "E2B_API_KEY";

    /// <summary>
    /// The template of the sandboxes, made from <c>runtime/remote/Dockerfile</c>; it decides how much memory and disk they have.
    /// </summary>
    public string Template { get; init; } = "libra-deploy";

    /// <summary>The Linux user inside.</summary>
    public string User { get; init; } = "user";

    /// <inheritdoc />
    public override string Workspace { get; init; } = "/home/user/libra";

    /// <summary>Where sandboxes are made and ended.</summary>
    public Uri ApiUrl { get; init; } = new("https://api.e2b.app/");

    /// <summary>Where the inside of every sandbox answers, told apart by a header.</summary>
    public Uri SandboxUrl { get; init; } = new("https://sandbox.e2b.app/");

    /// <inheritdoc />
    public override IEnumerable<string> Problems()
    {
        foreach (var problem in CommonProblems("E2B", KeyVariable)) yield return problem;
        if (Template.Length == 0 || User.Length == 0 || User.Contains(':', StringComparison.Ordinal))
            yield return "E2B:Template and E2B:User must be names.";
        if (!SafeAddress.Is(ApiUrl) || !SafeAddress.Is(SandboxUrl))
            yield return "E2B:ApiUrl and E2B:SandboxUrl must be https addresses (http only on this machine).";
    }
}
