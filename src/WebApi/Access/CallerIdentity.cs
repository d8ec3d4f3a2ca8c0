using System.Security.Claims;
using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Carries the caller through the framework's authentication.</summary>
internal sealed class CallerIdentity(Caller caller) : ClaimsIdentity([new Claim(DefaultNameClaimType, caller.Id)], caller.Kind.ToString())
{
    public Caller Caller { get; } = caller;
}

/// <summary>How endpoints get at their caller.</summary>
internal static class CallerContext
{
    /// <summary>The caller of this request; null for a stranger, and on public routes, where nobody is asked.</summary>
    public static Caller? FindCaller(this HttpContext context) => context.User.FindCaller();

    /// <summary>The caller among the identities of a principal.</summary>
    public static Caller? FindCaller(this ClaimsPrincipal user) => user.Identities.OfType<CallerIdentity>().FirstOrDefault()?.Caller;

    /// <summary>The caller of a request to a route that requires one.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.FindCaller() ?? throw new InvalidOperationException("This route lets strangers in, so it has no caller.");
}
