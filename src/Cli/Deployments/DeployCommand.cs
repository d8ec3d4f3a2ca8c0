using System.Globalization;
using Libra.Deploy.Cli.CommandLine;
using Libra.Deploy.Cli.Source;

namespace Libra.Deploy.Cli.Deployments;

/// <summary><c>libra deploy</c>: sends a folder and shows how it goes live.</summary>
internal static class DeployCommand
{
    private static readonly Option Project = new("project", "ID", "the project to deploy", "LIBRA_PROJECT");
    private static readonly Option Organization = new("org", "ID", "its organization (default: as the service knows it)", "LIBRA_ORG");
    private static readonly Option User = new("user", "ID", "for whom (default: the project's owner)", "LIBRA_USER");
    private static readonly Option Domain = new("domain", "HOST", "a host name of your own");
    private static readonly Option Force = new("force", null, "build even when nothing has changed");

    public static readonly Command Definition = new(
        "deploy", ["[FOLDER]"], "deploys a folder, this one by default, and waits until it is live",
        [Project, Organization, User, Domain, Force, LiveView.Detach], RunAsync);

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var project = call.Required(Project);
        var source = SourceFolder.Read(call.Operand ?? ".", cancellationToken);
        foreach (var link in source.Links) call.Note($"{link} is a symbolic link and stays here.");
        foreach (var other in source.Others) call.Note($"{other} is a pipe, a socket or a device and stays here.");
        foreach (var settings in source.Settings)
            call.Note($"{settings} may hold secrets and stays here: the build does not see its values.");

        var (organization, user) = await OwnerAsync(call, project, cancellationToken);
        call.Say(string.Create(
            CultureInfo.InvariantCulture, $"Sending {source.Files.Count} files ({source.Bytes / 1024.0:0.#} KiB) to {call.Api.Address}"));
        var accepted = await call.Api.PostOnceAsync("deploy", BodyOf(call, project, organization, user, source), cancellationToken);
        return await new LiveView(call).FollowStartedAsync(accepted, cancellationToken);
    }

    private static async Task<(string Organization, string User)> OwnerAsync(
        Invocation call, string project, CancellationToken cancellationToken)
    {
        if (call.Value(Organization) is { } organization && call.Value(User) is { } user) return (organization, user);

        var known = (await call.Api.GetAsync($"projects/{Uri.EscapeDataString(project)}", cancellationToken))["project"]!;
        return (call.Value(Organization) ?? (string)known["organizationId"]!, call.Value(User) ?? (string)known["userId"]!);
    }

    private static object BodyOf(Invocation call, string project, string organization, string user, SourceFolder source) => new
    {
        ProjectId = project,
        OrgId = organization,
        UserId = user,
        CustomDomain = call.Value(Domain) ?? string.Empty,
        InitFiles = source.Files,
        Config = new { Force = call.Has(Force) },
    };
}
