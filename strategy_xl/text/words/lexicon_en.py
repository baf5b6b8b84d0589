"""English words of sales objectives, by class, without accents. Data only; ``lexicon`` builds the index.

Entries are separated by semicolons; plural and verb forms are generated. ``a/b/c`` lists all forms of
an irregular verb.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # Indicators: what can be counted or computed and followed over time.
    "IND": """
        break even; break even point; order intake; operating cost; fixed cost; running cost; production
        cost; labour cost; labor cost; overhead cost; revenue; turnover; sale; sales; sales volume; net
        sales; profit; net profit; gross profit; margin; gross margin; net margin; ebitda; cash flow;
        cash; average order value; aov; average basket; basket size; basket; average ticket; ticket size;
        average deal size; deal size; deal value; rate; conversion rate; conversion; conversions; close
        rate; closing rate; win rate; open rate; click rate; click through rate; ctr; bounce rate; churn;
        churn rate; retention; retention rate; renewal rate; occupancy; occupancy rate; fill rate;
        response rate; return rate; attrition; repeat purchase rate; repeat purchases; repeat orders;
        satisfaction; customer satisfaction; satisfaction score; csat; score; rating; nps; net promoter
        score; market share; share; wallet share; share of wallet; response time; lead time; turnaround
        time; turnaround; delivery time; sales cycle; cycle time; cycle; time; days sales outstanding;
        dso; cost; cost per lead; cost per click; acquisition cost; cost per acquisition; customer
        acquisition cost; cac; cpl; cpa; cpc; roi; roas; spend; budget; expense; expenses; overhead;
        price; average price; discount; discounts; discounting; debt; overdue; receivables; stock;
        stockout; inventory; turns; website traffic; web traffic; site traffic; traffic; footfall; visits;
        attendance; audience; reach; impressions; views; clicks; engagement rate; engagement; frequency;
        order frequency; purchase frequency; reorder rate; volume; number; headcount; pipeline; pipeline
        value; backlog; order book; mrr; arr; recurring revenue; ltv; clv; lifetime value; customer
        lifetime value; arpu; commission; commissions; fee; fees; rent; takings; income; earnings; output;
        productivity; utilisation; utilization; capacity; ranking; rankings; position; loyalty;
        profitability; growth; error; errors; defect; delay; delays; late deliveries; cancellation;
        cancellations; no shows; no show; waste; shrinkage; refund; refunds; refund requests; returns;
        absenteeism; bookings; subscriptions revenue; upsell revenue; quota; attach rate; attainment; show
        rate; completion rate; uptime; usage; adoption; registrations; cost of sale; contribution; export
        sales; exports; unsubscribes; ticket; abandonment; cart abandonment
    """,
    # Objects that are counted one by one; they say what, not for whom.
    "OBJ": """
        stock; point of sale; points of sale; company; firm; business owner; version; edition; pharmacy;
        vendor; supplier; subcontractor; speaker; trainer; mentor; decision maker; stakeholder; signatory;
        bottle; menu; bouquet; panel; window; door; robot; drone; tractor; truck; business card; visual;
        poster; spot; ad; advert; advertisement; press release; press kit; witness; day; breakfast; lunch;
        tasting; gift box; garage; parking space; parcel; villa; loan; mortgage; policyholder; tax return;
        consultation; discovery call; qualified meeting; qualified lead; qualified opportunity; installer;
        sponsor; sponsorship; sponsorship deal; exhibitor; reader; listener; viewer; runner; member;
        stand; booth; pallet; tonne; litre; case; bundle; package deal; class; pottery class; lesson;
        piece of content; pieces of content; sales team; sales force; support team; inside sales;
        reference; shopper; customer; client; prospect; lead; contact; meeting; appointment; demo;
        demonstration; call; outbound call; cold call; visit; quote; quotation; proposal; offer; contract;
        deal; order; account; logo; opportunity; tender; bid; pitch; subscriber; subscription; membership;
        user; seat; licence; license; trial; free trial; signup; sign up; registration; attendee;
        participant; visitor; follower; fan; review; google review; testimonial; case study; case studies;
        customer story; customer stories; referral; recommendation; introduction; partner; partnership;
        distributor; dealer; reseller; affiliate; agent; broker; franchisee; ambassador; rep; sales rep;
        salesperson; salespeople; hire; employee; manager; consultant; technician; apprentice; trainee;
        store; shop; branch; office; showroom; outlet; site; location; franchise; post; article; blog
        post; video; reel; story; newsletter; email; mailing; letter; flyer; campaign; event; webinar;
        workshop; course; training; session; seminar; trade show; fair; product; service; unit; item;
        plan; service plan; package; voucher; gift card; gift; kit; card; vehicle; car; machine; module;
        add on; upgrade; request; quote request; inquiry; enquiry; ticket; complaint; claim; dispute;
        delivery; delivery slot; shipment; invoice; payment; property; listing; home; house; apartment;
        flat; plot; lot; room; room night; table; cover; purchase; transaction; policy; policies;
        application; applicant; candidate; placement; speaking slot; slot; survey; interview; audit;
        assessment; project; job; gig; assignment; installation; solution; buyer; guest; tenant; patient;
        student; delegate; download; share; comment; reply; agreement; framework agreement; letter of
        intent; letters of intent; renewal; follow up; follow up call; touchpoint; landlord; repeat
        customer; new customer; people; pilot; poc; proof of concept; integration; feature; donor;
        donation; partner referral; key account manager; mandate; instruction; valuation; viewing;
        exchange; completion
    """,
    # Delimiters: product family, segment, channel, place, means.
    "SEG": """
        kent; essex; sussex; surrey; devon; cornwall; dorset; hampshire; yorkshire; lancashire; cheshire;
        norfolk; suffolk; cumbria; birmingham; liverpool; sheffield; newcastle; glasgow; edinburgh;
        cardiff; belfast; york; exeter; oxford; cambridge; bath; brighton; nottingham; leicester; paris;
        lyon; brittany; normandy; berlin; madrid; milan; new york; boston; chicago; florida; illinois;
        michigan; georgia; virginia; oregon; colorado; arizona; australia; new zealand; india; china;
        japan; sweden; denmark; norway; finland; austria; switzerland; belgium; netherlands; luxembourg;
        morocco; mexico; brazil; b2b; b2c; smb; sme; smes; enterprise; enterprise accounts; mid market;
        midmarket; key account; key accounts; public sector; private sector; government; council; local
        council; municipality; municipal; city; hospital; clinic; school; university; college; charity;
        nonprofit; ngo; landlord; housing association; developer; architect; contractor; builder;
        construction; manufacturing; manufacturer; industrial; industry; food; beverage; farming; farmer;
        farm; winery; hotel; hospitality; restaurant; caterer; catering; bar; pub; cafe; healthcare;
        health; pharma; pharmacy; pharmacies; doctor; dentist; dental; vet; lawyer; law firm; accountant;
        accounting firm; insurance; insurer; bank; banking; fintech; mortgage; real estate; transport;
        haulage; logistics; automotive; dealership; aerospace; airline; energy; solar; tourism; luxury;
        fashion; textile; clothing; cosmetics; skincare; beauty; salon; florist; baker; bakery; grocery;
        supermarket; retail; retailer; wholesaler; wholesale; trade; independent; freelancer; consumer;
        household; family; senior; student; women; men; kids; children; parents; millennials; ceo; cfo;
        cio; cto; hr; hr director; procurement; purchasing; director; buyer; export; uk; us; usa; ireland;
        irish; scotland; wales; england; london; leeds; manchester; bristol; dublin; france; french;
        germany; german; spain; spanish; portugal; italy; italian; poland; polish; benelux; dach; nordic;
        nordics; europe; european; emea; apac; asia; africa; north america; canada; ohio; texas;
        california; midlands; north; south; east; west; northern; southern; eastern; western; region;
        district; county; territory; downtown; linkedin; facebook; instagram; tiktok; youtube; google;
        google ads; meta; twitter; pinterest; amazon; etsy; website; web; web shop; webshop; online;
        online store; online shop; e commerce; ecommerce; shopify; mobile; mobile app; app; phone;
        telephone; email; sms; direct mail; organic search; seo; ppc; paid search; social media ads;
        inbound; outbound; marketplace; drive thru; drive through; checkout; pricing page; landing page;
        home page; blog; podcast; referral program; referral programme; loyalty program; loyalty scheme;
        trade fairs; trade show; word of mouth; cold calling; door to door; organic; premium; entry level;
        starter; refurbished; used; rental; maintenance; after sales; aftersales; consulting; advisory;
        software; saas; hardware; subscription; monthly subscribers; annual; garden; furniture; toys;
        wine; cheese; drinks; bikes; e bike; tyres; tools; packaging; consumables; accessories; upsell;
        cross sell; renovation; roofing; heating; boiler; kitchen; bathroom; fleet; payroll; self serve;
        freemium; first time buyers; landlords; past buyers; dormant accounts; lapsed; vertical
    """,
    # Deliverables that are done or not done.
    "DEL": """
        click & collect; click and collect; show; expo; congress; acquisition; takeover; buyout; merger;
        version; edition; translation; presentation; promotion; mock up; demonstrator; pilot; trial
        version; operation; sales pitch; pitch; sales guide; sales plan; training plan; communication
        plan; media plan; grid; discount grid; procedure; process map; specification; roadmap; calendar;
        schedule; agenda; org chart; job description; customer file; prospect list; list; segmentation;
        map; matrix; quote template; template; email sequence; sequence; funnel page; form; sales page;
        google profile; company page; satisfaction survey; customer survey; poll; barometer; benchmark;
        pricing study; testimonial; publication; article; press release; press kit; conference; fair;
        booth; stand; corner; pop up; premises; retail unit; licence; bonus scheme; commission plan;
        commission scheme; contest; sales contest; meeting; committee; sales conference; review; vendor;
        supplier; agency; grant; loan; award; prize; franchise; platform; quoting tool; kiosk; till;
        hotline; faq; tutorial; e learning; interface; api; connector; warranty; tender; bid; permit;
        visa; listing; sign off; distribution agreement; reseller agreement; nda; letter; brochure site;
        showcase site; go ahead; approval; green light; purchase order; letter of intent; catalogue;
        catalog; brochure; flyer; website; web site; site; online store; online shop; web shop; home page;
        page; landing page; pricing page; crm; erp; pos; software; configurator; app; portal; partner
        portal; showroom; store; shop; branch; office; subsidiary; warehouse; workshop; pop up store;
        newsletter; white paper; whitepaper; ebook; guide; price list; rate card; pitch deck; deck; sales
        deck; playbook; sales playbook; script; dashboard; report; business plan; account plan; action
        plan; marketing plan; battlecard; contract; framework agreement; agreement; lease; partnership;
        certification; accreditation; label; patent; proposal; study; market study; survey; audit;
        assessment; programme; program; referral programme; referral program; loyalty program; loyalty
        scheme; offer; pack; product; service; prototype; sample; trade show; event; dinner; client
        dinner; seminar; webinar; open day; video; film; podcast; channel; blog; chatbot; training;
        course; module; rep; sales rep; manager; account manager; key account manager; assistant;
        apprentice; director; technician; migration; crm migration; integration; database; customer
        database; mailing list; model; packaging; window; vehicle; booking engine; tool; calculator;
        feature; pipeline review; case study; quote; deal; range; line; collection; customer advisory
        board; advisory board; quarterly business review
    """,
    # Deliverables too loose to be checked unless something narrows them.
    "DELG": """
        campaign; marketing campaign; action; plan; project; tool; process; processes; initiative;
        strategy; policy; system; solution; method; approach; content; team; programme; program; offer;
        service; product; event; training; partnership
    """,
    # Concepts: a number on them measures nothing yet.
    "CON": """
        lead by example; outside the box; raise the bar; extra mile; next level; move the needle; game
        changer; stand out; make a difference; stay ahead; ahead of the curve; add value; create value; do
        our best; give our best; our best; embrace change; embrace digital; cutting edge; push boundaries;
        make things happen; get things done; think big; take ownership; gain traction; save time; waste
        time; wasting time; lose time; gain time; stay competitive; move upmarket; right things; right
        direction; bigger picture; big picture; best version; unknown territory; comfort zone; status quo;
        silos; first class; best in class; turn the page; low hanging fruit; roots; ties; grip; foothold;
        control; peace of mind; mindset; course; ecosystem; interest; attention; attachment; preference;
        perception; understanding; customer knowledge; involvement; mobilisation; buy in; edge;
        competitive edge; competitive advantage; advantage; difference; position in the market; posture;
        touch; human touch; outlook; spirit; clarity; discipline; rigour; dialogue; bond; bonds;
        listening; energy; passion; engagement with customers; lever; topic; issue; priority; direction;
        change; challenge; team spirit; harmony; name; brand profile; profile; buzz; goodwill; impact;
        momentum; mindshare; quality; service quality; quality of service; quality of our service;
        performance; sales performance; visibility; awareness; brand awareness; image; brand image; brand;
        presence; online presence; efficiency; effectiveness; communication; relationship; customer
        relationship; customer relationships; relations; relation; customer experience; user experience;
        experience; competitiveness; attractiveness; reputation; trust; confidence; motivation; morale;
        cohesion; culture; innovation; responsiveness; professionalism; expertise; know how; skill;
        skills; excellence; proximity; dynamic; synergy; synergies; agility; transparency; recognition;
        credibility; development; business development; activity; business; prospecting; positioning;
        differentiation; transformation; digital transformation; organisation; organization; management;
        leadership; vision; strategy; potential; ambition; success; value; values; well being;
        collaboration; coordination; alignment; footprint; standing; opportunities; support; customer
        support; customer service; service; best practices; practices; results; outcomes; funnel; journey;
        customer journey; customer success; customer focus; thought leadership; knowledge; game;
        marketing; reliability; accountability; teamwork; customer loyalty
    """,
    # Words that narrow nothing.
    "GEN": """
        forward; back; ahead; away; clientele; local; human; personal; real; true; key; core; general;
        nice; proper; organisation; team; market; field; domain; business; world; competition; competitor;
        people; heart; mind; centre; center; everything; eye; everyone; everybody; thing; way; manner;
        level; term; fact; case; point; goal; target; objective; aim; new; good; better; best; great; big;
        small; existing; current; actual; future; potential; overall; total; annual; main; important;
        significant; strong; net; fast; quick; sustainable; steady; regular; qualified; quality; loyal;
        satisfied; happy; profitable; high; higher; low; lower; first; last; other; same; certain;
        different; possible; maximum; max; minimum; min; several; few; many; much; lot; more; less; fewer;
        most; very; too; enough; still; also; again; together; always; never; often; well; finally;
        already; clear; commercial; digital; key player; player; leader; reference; colleague; boss;
        management; need; expectation; problem; time; day; week; month; year; quarter; half; average;
        additional; extra; signed; sent; active; recent; recurring; internal; external; us; them; place;
        work; base; customer base; client base; monthly; weekly; daily; smart; smarter; harder; online
        customers; next; previous; gross; paying; paid; overall sales; world class; at least; up; down;
        progress; number; amount; staff; percentage; percent; per cent; profit; growth; effort; efforts;
        focus; things; out; period
    """,
    # Function words.
    "STOP": """
        the; a; an; of; and; or; to; for; from; in; into; on; onto; at; by; with; without; within;
        through; via; among; amongst; across; between; under; over; above; below; up; down; out; off; as;
        than; then; that; which; who; whom; whose; this; these; those; it; its; it's; we; us; our; ours;
        you; your; they; their; i; my; me; he; she; his; her; not; no; nor; is; are; be; been; was; were;
        has; have; had; do; does; did; will; would; shall; should; can; could; may; might; must; want;
        wants; wish; plan to; aim; need; let; let's; so; if; when; once; after; before; until; till;
        since; during; while; per; each; every; all; any; some; both; either; there; here; about; around;
        only; just; even; own; such; get; got; getting; make; makes; making; take; also; vs; versus;
        compared; like; including; etc; please; least; 's; 't; 're; 've; 'll; goal; objective; target;
        team
    """,
    # Prepositions that may open a delimiter.
    "PREP": """
        for; in; into; on; at; with; through; via; among; amongst; across; from; of; to; by; within;
        using; under; between; against; outside; inside; per; toward; towards; over
    """,
    "POSS": "our; my; your; their; its; his; her",
    "DEFDET": "the; our; my; their; its; this; these; those; your; his; her",
    "SING": "the; a; an; our; my; this; its; their; his; her; your; each",
    # All of a group.
    "UNIV": "all; every; each; entire; whole",
    # None at all.
    "ZERO": "no; zero; none; nil; not a single; not one",
    # Verbs of growth or gain.
    "VUP": """
        increase; grow/grows/growing/grew/grown; raise; double; triple; quadruple; multiply; lift; gain;
        climb; expand; extend; generate; attract; capture; win/wins/winning/won; acquire; obtain; earn;
        get/gets/getting; find/finds/finding/found; add; collect; recover; regain; secure; land; bag; net;
        recruit; enlarge; boost; up; rise; win back; bring in; bring/brings/bringing/brought; source;
        more; attain; book; gather; drive up; upsell; cross sell; reactivate; move
    """,
    # Fuzzy verbs: a message, never a lost letter.
    "VFUZ": """
        encourage; raise awareness; make aware; improve; optimize; optimise; enhance; develop; strengthen;
        accelerate; stimulate; maximize; maximise; reinforce; foster; promote; support; facilitate; drive;
        push; step up; scale; streamline; advance; elevate; leverage; nurture; progress; diversify;
        solidify; consolidate; retain; deepen; build/builds/building/built; delight; empower; unlock;
        energise; energize; perform; outperform; capitalise; capitalize; widen; better; broaden
    """,
    # Verbs of decrease.
    "VDOWN": """
        reduce; decrease; cut/cuts/cutting; lower; lessen; minimise; minimize; shorten; halve; trim; drop;
        eliminate; limit; slash; curb; shrink; avoid; lose/loses/losing/lost; bring down; prevent; stop;
        remove; save; decline; fall; fewer; less; dial down
    """,
    # Verbs that reach a level.
    "VREACH": """
        have/has/having/had; reach; achieve; hit/hits/hitting; attain; become/becomes/becoming; exceed;
        surpass; pass; bill; invoice; realise; realize; turn; convert; rank; fill; cover; place;
        sell/sells/selling/sold; make/makes/making/made; deliver; export; move; close; produce; bring;
        total; meet/meets/meeting/met; score; average; migrate; shift; transfer; top; crack
    """,
    # Verbs that keep a level.
    "VKEEP": """
        keep/keeps/keeping/kept; maintain; hold/holds/holding/held; stabilise; stabilize; preserve;
        sustain; remain; stay; ensure; guarantee; respect
    """,
    # Acts that are done or not done.
    "VDO": """
        hand in; turn in; send out; go live with; give/gives/giving/gave; hand out; follow up on; follow
        up with; get in touch with; reconnect with; re engage; replicate; reproduce; release; ship out;
        apply for; choose/chooses/choosing/chose/chosen; select; pick; nominate; register; sign up; join;
        bid; define; establish; elaborate; prepare; inaugurate; relocate; renovate; refurbish; configure;
        connect; automate; digitise; order; replace; request; submit; tender; commission; procure;
        subscribe; schedule; fix; record; shoot; photograph; illustrate; code; duplicate; archive; import;
        scan; sort; purge; deduplicate; link; display; announce; roll out; teach; assign; allocate;
        transfer; take over; merge; enlarge; shut; clear; liquidate; write up; edit; personalise;
        standardise; rename; rebrand; describe; document; list; cost; interview; coach; mentor; welcome;
        receive; brief; debrief; implement; hand over; set out; draw up; put together; put in place;
        unveil; showcase; stage; build out; rent out; let out; lease out; renegotiate; recruit; produce;
        carry out; complete; stock; ship; wrap up; collect; persuade; convince; chase; poach; compile;
        approach; attend; enroll; knock on; win back; publish; launch; deliver; sign; open; create; hire;
        organise; organize; host; run/runs/running/ran; install; deploy; redesign; rebuild; rewrite;
        finalise; finalize; finish; send/sends/sending/sent; negotiate; conclude; renew;
        write/writes/writing/wrote/written; file; migrate; test; train; sell/sells/selling/sold; rent;
        lease; market; call; cold call; ring; phone; follow up; contact; visit; meet/meets/meeting/met;
        prospect; canvass; reactivate; activate; invite; present; exhibit; place; equip; set up;
        build/builds/building/built; design; film; print; distribute; post; plan; book; respond; reply;
        answer; handle; process; enrol; onboard; appoint; buy/buys/buying/bought; purchase; acquire;
        validate; make; do; conduct; hold/holds/holding/held; qualify; survey; map; segment; clean; audit;
        certify; obtain; switch; integrate; formalise; formalize; pay/pays/paying/paid; land; close;
        win/wins/winning/won; start; begin; move; update; translate; target; pitch; offer; get certified;
        introduce; upgrade; refresh; draft; secure; set; reach out; reach out to; approve; quote; resolve;
        bring; demo; revamp; relaunch; add; ask; sponsor
    """,
    # Verbs that give no direction.
    "VAMB": """
        put/puts/putting; modernise; modernize; give/gives/giving/gave; go/goes/going/gone; show; seek;
        serve; manage; monitor; track; work; work on; think; think about; study; analyse; analyze;
        explore; review; evolve; act; adapt; address; deal with; deal; continue; try; attempt; look; look
        into; look at; see; understand; rethink; watch; observe; control; measure; focus; focus on;
        concentrate; participate; contribute; help; communicate; digitise; digitize; digitalise; innovate;
        be; structure; rationalise; modify; adjust; coordinate; supervise; oversee; handle; engage;
        investigate; consider; discuss; change
    """,
    # Acts that end on one thing obtained.
    "VGET": """
        obtain; win/wins/winning/won; land; secure; get/gets/getting; gain; acquire;
        find/finds/finding/found; recruit; hire; earn; sign
    """,
    # Acts that need no object.
    "VSELF": """
        get listed; be listed; get certified; be certified; become certified; be accredited; get
        accredited; become a supplier; become supplier; become a partner; be selected; be shortlisted;
        become an approved supplier; get shortlisted
    """,
    # Nouns that carry a direction.
    "NUP": """
        increase; growth; rise; gain; drop; reduction; decrease; decline; fall; cut; more; fewer; less;
        higher; lower; up; down; doubling; tripling; zero; no; improvement; boost; sale; expansion;
        acquisition; retention; extra; additional
    """,
    # Nouns of acts.
    "NDO": """
        launch; opening; signature; signing; publication; release; creation; hiring; redesign;
        installation; rollout; deployment; renewal; certification; submission; migration
    """,
    # Words that say a thing is done.
    "DONE": """
        certified; accredited; listed; trained; booked; renewed; live; online; in place; up and running;
        operational; finished; completed; complete; done; signed; published; delivered; installed; opened;
        open; launched; approved; sent; ready; deployed; hired; filed; submitted; on sale
    """,
    # Acts of service, repeated for each request or order.
    "VPROC": """
        follow up on; provide; give; issue; offer; make; respond; reply; answer; process; handle; ship;
        deliver; dispatch; refund; pay/pays/paying/paid; call back; follow up; onboard; resolve;
        acknowledge; quote; invoice; contact; convert; response; delivery; shipping; processing; complete;
        fix; return; settle; reply to; send/sends/sending/sent; turnaround
    """,
    # Indicators of time: a duration is their value.
    "TIMEIND": """
        time; response time; lead time; turnaround time; turnaround; delivery time; sales cycle; cycle;
        cycle time; dso; days sales outstanding; delay; payment terms; wait; duration; payment
    """,
    # Nouns after which a number is a name.
    "IDN": """
        line; range; zone; lot; version; iso; phase; level; article; model; series; type; step; tier;
        unit; building; room; hall; booth; stand; route; highway; page; code; volume; format; office;
        windows; pack; plan; package; reference; ref; gate; ticket; edition; catalogue; catalog;
        collection; conference; forum; programme; program; budget; campaign; guide; class; grade;
        district; sector; item; track; chapter; flight; boeing; airbus; suite; form; schedule; section;
        regulation; part; euro; studio; gen; mark; mk; summit; expo; fair; show; congress; awards; report;
        survey; strategy; roadmap; price list; season ticket
    """,
    # Counted nouns that describe the size of a segment.
    "SIZE": """
        employee; staff; inhabitant; resident; bed; room; acre; hectare; star; seat; people; mile; km;
        sqm; headcount; fte; rooms; location; years old; year olds; kw; ton; tonne
    """,
    "PARTYPREP": "with; among; amongst; to; from; for; at",
    # Words that announce the owner.
    "OWNERCUE": """
        responsibility of; ownership of; run by; carried by; managed by; headed by; owned by; owner; led
        by; responsible; assigned to; accountable; driven by; handled by
    """,
}
