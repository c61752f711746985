<?php

namespace App\Http\Controllers;

use App\Reports\ReportImport;
use Illuminate\Http\Request;

class PressrunWebhookController
{
    private const STATUS = ['stored' => 201, 'duplicate' => 200, 'conflict' => 409];

    public function __invoke(Request $request, ReportImport $reports)
    {
        $body = $request->getContent();
        $message = json_decode($body, true);

        if (($message['schema'] ?? null) !== 'pressrun.webhook/1' || ! isset($message['tenant']['id'])) {
            return response('This is not a report of a tenant.', 422);
        }
        $outcome = $reports->import($message, hash('sha256', $body));

        return response($outcome, self::STATUS[$outcome]);
    }
}
