using System.Text.RegularExpressions;
using Hangfire.Dashboard;

namespace Libra.Deploy.WebApi.Dashboard;

/// <summary>Loads what a page shows, then lets Hangfire draw it; no page is a 404.</summary>
internal sealed class PageDispatcher(Func<HttpContext, Match, Task<RazorPage?>> load) : IDashboardDispatcher
{
    public async Task Dispatch(DashboardContext context)
    {
        if (await load(context.GetHttpContext(), context.UriMatch) is not { } page)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var drawing = new Hangfire.Dashboard.RouteCollection();
        drawing.AddRazorPage(".*", _ => page);
        await drawing.FindDispatcher(context.Request.Path)!.Item1.Dispatch(context);
    }
}
