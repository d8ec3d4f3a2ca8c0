using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.WebApi.Http;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Stops the start, with a sentence, when a trusted origin can be the address of a deployed site.</summary>
/// <remarks>The page of such a site is written by whoever may deploy, and would act with the session of whoever looks at it.</remarks>
internal sealed class OriginsApartFromSites(IDeployTarget target) : IValidateOptions<LibraHttpOptions>
{
    private static readonly WorkerName Sample = WorkerName.For("p");
    private static readonly string SiteSuffix = Sample.Value[1..]; // what the name of every site ends with

    public ValidateOptionsResult Validate(string? name, LibraHttpOptions options)
    {
        var unreadable = options.AllowedOrigins.Select(ProblemWith).OfType<string>().ToList();
        if (unreadable.Count > 0) return ValidateOptionsResult.Fail(unreadable.Select(problem => $"Http:AllowedOrigins: {problem}"));

        var zone = target.AddressOf(Sample).Host[(Sample.Value.Length + 1)..];
        var sites = options.AllowedOrigins.Where(origin => OriginPattern.Parse(origin).MeetsHostBelow(zone, IsSite)).ToList();
        return sites.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                  $"Http:AllowedOrigins would trust deployed projects, which are live below {zone}: {string.Join(", ", sites)}. "
                      + "Name the platform's own hosts one by one, or serve projects below another host.");
    }

    private static string? ProblemWith(string origin)
    {
        try
        {
            OriginPattern.Parse(origin);
            return null;
        }
        catch (FormatException failure)
        {
            return failure.Message;
        }
    }

    private static bool IsSite(string label) => label.EndsWith(SiteSuffix, StringComparison.OrdinalIgnoreCase);
}
