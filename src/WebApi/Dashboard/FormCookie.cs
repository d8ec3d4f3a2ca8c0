using Libra.Deploy.WebApi.Access;

namespace Libra.Deploy.WebApi.Dashboard;

/// <summary>The cookie that belongs to the dashboard's forms; <c>Secure</c> wherever that of the sign-in is.</summary>
internal sealed class FormCookie : CookieBuilder
{
    public FormCookie()
    {
        // It names the dashboard alone; by default its name would differ with the folder that a node was started from.
        Name = "libra_form";
        Path = LoginCookie.Area;
        HttpOnly = true;
        SameSite = SameSiteMode.Strict;
        IsEssential = true;
    }

    // Not by a policy: with the one that fits, the framework refuses to work where a proxy speaks TLS for us.
    public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
    {
        var options = base.Build(context, expiresFrom);
        options.Secure = LoginCookie.IsSecure(context);
        return options;
    }
}
